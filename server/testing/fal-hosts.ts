// Leads fal's own host names to a server on this machine, so that fal's published clients run as they are. A client
// dials wss://fal.run and https://queue.fal.run; below it, a connector opens a plain connection to the port instead.
import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import {
  Agent,
  fetch as undiciFetch,
  getGlobalDispatcher,
  setGlobalDispatcher,
  WebSocket as UndiciWebSocket,
} from 'undici'
import { afterAll } from 'vitest'

/** `*.localhost`: what 0.6 and 0.7 make of `host: 'gateway.localhost:PORT'`. */
const FAL = /(^|\.)fal\.(run|ai)$|\.localhost$/

/**
 * For the whole test file, and before fal's clients are imported: they take hold of `fetch` when they are. Other files run
 * in the same process, in any order, so what was there comes back at the end.
 *
 * @param ca certificate of a server that speaks TLS itself; without it the connections are plain below https
 */
export function leadFalHostsTo(port: () => number, ca?: () => string): void {
  const dispatcher = new Agent({
    connect: ({ hostname, port: asked }, callback) => {
      const target = FAL.test(hostname)
        ? { host: '127.0.0.1', port: port() }
        : { host: hostname, port: Number(asked) }
      const socket = ca ? connectTls({ ...target, ca: ca(), servername: hostname }) : connectPlain(target)
      socket.once(ca ? 'secureConnect' : 'connect', () => callback(null, socket))
      socket.once('error', (error) => callback(error, null))
    },
  })
  const before = {
    dispatcher: getGlobalDispatcher(),
    fetch: globalThis.fetch,
    WebSocket: globalThis.WebSocket,
  }
  setGlobalDispatcher(dispatcher)
  Object.assign(globalThis, { fetch: undiciFetch, WebSocket: UndiciWebSocket })
  afterAll(() => {
    setGlobalDispatcher(before.dispatcher)
    Object.assign(globalThis, { fetch: before.fetch, WebSocket: before.WebSocket })
  })
}

/** What all versions of fal's client have in common, as far as the tests use it. */
export interface FalClient {
  config(config: object): void
  run(id: string, options: object): Promise<unknown>
  subscribe(id: string, options: object): Promise<unknown>
  stream(id: string, options: object): Promise<FalStream>
  readonly queue: {
    submit(id: string, options: object): Promise<{ request_id: string }>
    status(id: string, options: object): Promise<Record<string, unknown>>
    result(id: string, options: object): Promise<unknown>
    cancel(id: string, options: object): Promise<void>
  }
  readonly storage: { upload(file: Blob): Promise<string> }
  readonly realtime: { connect(id: string, handler: object): FalConnection }
}

export interface FalStream {
  on(type: 'data', listener: (event: unknown) => void): void
  done(): Promise<Record<string, unknown>>
}

export interface FalConnection {
  send(input: object): void
  close(): void
}

export interface FalResult {
  readonly images: readonly { url: string; content?: Uint8Array; width: number; content_type: string }[]
  readonly seed: number
  readonly request_id: string
  readonly num_inference_steps: number
  readonly timings: { inference: number }
}

/** Results of the newer package come wrapped, with the id of the request beside them. */
export function resultOf(returned: unknown): FalResult {
  const record = returned as { data?: unknown }
  return (record.data ?? record) as FalResult
}

export interface ClientVersion {
  readonly name: string
  readonly load: () => Promise<FalClient>
  /** An app as this version's users name it. */
  readonly app: string
}

const OLD = '110602490-lcm-sd15-i2i'
const NEW = 'fal-ai/lcm-sd15-i2i'

async function load(module: Promise<unknown>): Promise<FalClient> {
  const loaded = (await module) as { fal?: FalClient; default?: FalClient & { fal?: FalClient } }
  const client = loaded.fal ?? loaded.default?.fal ?? loaded.default
  return client ?? (loaded as unknown as FalClient)
}

/** @fal-ai/serverless-client, then its successor @fal-ai/client. 0.6 and 0.7 require tslib without naming it: package.json does. */
export const CLIENTS = {
  '0.6.1': { name: 'serverless-client 0.6.1', app: OLD, load: () => load(import('fal-serverless-0.6')) },
  '0.7.4': { name: 'serverless-client 0.7.4', app: OLD, load: () => load(import('fal-serverless-0.7')) },
  '0.9.3': { name: 'serverless-client 0.9.3', app: OLD, load: () => load(import('fal-serverless-0.9')) },
  '0.15.0': { name: 'serverless-client 0.15.0', app: NEW, load: () => load(import('fal-serverless-0.15')) },
  '1.7.2': { name: 'client 1.7.2', app: NEW, load: () => load(import('fal-client-1.7')) },
  '1.10.1': { name: 'client 1.10.1', app: NEW, load: () => load(import('fal-client-1.10')) },
} as const satisfies Record<string, ClientVersion>

export const ALL_CLIENTS: readonly ClientVersion[] = Object.values(CLIENTS)
