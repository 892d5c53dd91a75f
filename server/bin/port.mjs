import { once } from 'node:events'
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'

/** One sentence where the port that the server is going to ask for is taken, else `undefined`: the rest the server says. */
export async function checkPort(args, env) {
  const options = { port: { type: 'string' }, host: { type: 'string' } }
  const said = parseArgs({ args, options, strict: false, allowPositionals: true }).values
  const port = String(said.port ?? (env.PORT || '7878'))
  const host = String(said.host ?? (env.HOST || '127.0.0.1'))
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || !(await isTaken(host, Number(port))))
    return undefined
  return `Port ${port} on ${host} is taken. If Sketchwire runs there, stop it first: building replaces the files it serves. If another program has the port, choose another: "npm start -- --port NUMBER".`
}

async function isTaken(host, port) {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    return false
  } catch (error) {
    return error.code === 'EADDRINUSE'
  } finally {
    server.close()
  }
}
