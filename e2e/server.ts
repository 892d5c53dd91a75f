import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

export interface RunningServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Not left to the server (port 0): one that chose its own port leaves that taken for a minute, and some come back to theirs. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port to be had')
  return address.port
}

/** The real server as `npm start` runs it once everything is built, on a free port unless one is given. */
export async function startServer(env: NodeJS.ProcessEnv = {}, port?: number): Promise<RunningServer> {
  if (port !== undefined) return startAt(port, env)
  try {
    return await startAt(await freePort(), env)
  } catch (error) {
    // Another worker's server may have come first.
    if (!/Port \d+ .*is taken/.test(String(error))) throw error
    return startServer(env)
  }
}

async function startAt(port: number, env: NodeJS.ProcessEnv): Promise<RunningServer> {
  const child = spawn(process.execPath, ['dist/server/main.js'], {
    env: { ...process.env, NODE_ENV: 'test', LOG_LEVEL: 'warn', ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = await firstUrl(child)
  return { url, port, pid: child.pid ?? -1, stop: (signal) => stop(child, signal) }
}

async function firstUrl(child: ChildProcess): Promise<string> {
  let said = ''
  const found = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        said += `${line}\n`
        const match = /https?:\/\/localhost:\d+|http:\/\/127\.0\.0\.1:\d+/.exec(line)
        if (match) resolve(match[0])
      })
    }
    child.once('close', (code) => reject(new Error(`The server ended with ${code}:\n${said}`)))
  })
  return found
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
  return child.exitCode
}
