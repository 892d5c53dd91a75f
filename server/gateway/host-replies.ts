// What every host that listens on a real port says in the same words.
import { AppError } from '../../lib/std/errors.ts'
import type { Answer, ListenAddress, Reception, Reply, RequestBody } from './host.ts'

export function cannotListen({ host, port }: ListenAddress): AppError {
  const other = port < 65_535 ? port + 1 : port - 1
  const remedy = `Stop the program that has it, or choose another: PORT=${other} npm start`
  const rights = port < 1024 ? ', or a port below 1024 needs more rights than you have' : ''
  const what = `Port ${port} on ${host} is taken, or ${host} is no address of this machine${rights}`
  return new AppError('port_in_use', `${what}. ${remedy}`, { field: 'port', value: port })
}

/** An app that throws has a bug; whoever asked learns no more than that. */
export async function respond(reception: Reception, body: RequestBody): Promise<Answer> {
  try {
    return await reception.respond(body)
  } catch {
    return {
      status: 500,
      headers: { 'content-type': 'text/plain' },
      body: 'The server failed on this request; its log says why.',
    }
  }
}

export function closing(reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers, connection: 'close' } }
}
