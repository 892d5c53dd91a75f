// The key of a server that asks for one: kept in this browser, shown to nobody, and exchanged for a single-use ticket
// before each dial, because a browser can put nothing but an address into the handshake of a socket.
import * as v from 'valibot'
import { AppError } from '../../lib/std/errors.ts'
import { readSaved, writeSaved } from './saved.ts'
import { serverUrl } from './socket-url.ts'

const NAME = 'key'
const TICKET_WITHIN_MS = 8_000
const TicketSchema = v.object({ ticket: v.string() })
const RefusalSchema = v.object({ message: v.string() })

export function savedKey(): string {
  return readSaved(NAME, v.string()) ?? ''
}

export function saveKey(key: string): void {
  writeSaved(NAME, key.trim())
}

/** What a server that asks for a key wants to see. */
export function keyHeaders(): Record<string, string> {
  const key = savedKey()
  return key === '' ? {} : { authorization: `Bearer ${key}` }
}

/**
 * The address of the native door for one dial; `page` is the origin of the page around an embedded canvas. Throws
 * AppError `unauthorized` when the key is refused, in the server's words.
 */
export async function dialUrl(key = savedKey(), page?: string): Promise<string> {
  const url = serverUrl('/api/live')
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  if (key !== '') url.searchParams.set('ticket', await ticketFor(key, page))
  return url.href
}

async function ticketFor(key: string, page: string | undefined): Promise<string> {
  const headers = { authorization: `Bearer ${key}` }
  const body = JSON.stringify({ page })
  // A network that swallows it would keep every later attempt waiting for this one.
  const signal = AbortSignal.timeout(TICKET_WITHIN_MS)
  const reply = await fetch(serverUrl('/api/tickets'), { method: 'POST', headers, body, signal })
  if (reply.status === 401 || reply.status === 403) throw new AppError('unauthorized', await refusalOf(reply))
  if (reply.status === 429) {
    const seconds = reply.headers.get('retry-after') ?? '60'
    const message = `Too many wrong keys came from here, so this one was not looked at. Send it again in ${seconds} s`
    throw new AppError('unauthorized', message)
  }
  if (!reply.ok) throw new AppError('internal', `The server gave no ticket (HTTP ${reply.status})`)
  return v.parse(TicketSchema, await reply.json()).ticket
}

async function refusalOf(reply: Response): Promise<string> {
  const body: unknown = await reply.json().catch(() => undefined)
  const refusal = v.safeParse(RefusalSchema, body)
  return refusal.success ? refusal.output.message : 'That key was refused. Check it and try again'
}
