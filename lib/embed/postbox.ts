// One end of the talk between the frame and the page around it: exact origin, exact window, checked messages.
import * as v from 'valibot'
import { EMBED_VERSION } from '../protocol/version.ts'

/** The window that may be written to; null while it is not there. */
export type Peer = Pick<Window, 'postMessage'> | null

interface IncomingMessage {
  readonly data: unknown
  readonly origin: string
  readonly source: unknown
}

export interface PostboxOptions<T> {
  /** Calls `listener` for every message that reaches this window; returns the stop. */
  readonly listen: (listener: (event: IncomingMessage) => void) => () => void
  readonly peer: () => Peer
  /** Exact origin of the other side; messages are addressed to it and taken from it alone. */
  readonly origin: string
  readonly schema: v.GenericSchema<unknown, T>
  readonly onMessage: (message: T) => void
}

export interface Postbox {
  post(message: Readonly<Record<string, unknown>>): void
  /** Messages of ours by their mark that came from elsewhere, or that did not fit the protocol. */
  readonly ignored: number
  close(): void
}

export function openPostbox<T>({ listen, peer, origin, schema, onMessage }: PostboxOptions<T>): Postbox {
  let ignored = 0
  const stop = listen((event) => {
    if (!isMarked(event.data)) return
    const isPeer = event.source !== null && event.source === peer()
    // Another canvas on the same page talks to the same window: not ours, and nothing wrong with it.
    if (!isPeer && event.origin === origin) return
    const checked = isPeer && event.origin === origin ? v.safeParse(schema, event.data) : undefined
    if (checked?.success) onMessage(checked.output)
    else ignored += 1
  })
  return {
    post: (message) => peer()?.postMessage({ ...message, sketchwire: EMBED_VERSION }, origin),
    get ignored() {
      return ignored
    },
    close: stop,
  }
}

function isMarked(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'sketchwire' in data
}

/** Listens to the messages that reach `scope`. */
export function messagesOf(scope: Window): PostboxOptions<unknown>['listen'] {
  return (listener) => {
    scope.addEventListener('message', listener)
    return () => scope.removeEventListener('message', listener)
  }
}
