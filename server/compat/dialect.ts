import type { ErrorCode, WireError } from '../../lib/protocol/errors.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { FrameRequest } from '../session/frame-request.ts'
import type { SessionPolicy } from '../session/policy.ts'
import type { FrameRef, SessionEvent, TerminalEvent } from '../session/session-event.ts'
import type { ParsedJson } from './validation.ts'

/** Names a dialect in log lines and counters, and keeps the sessions of its callers apart from those of others. */
export type DialectId = string

/** One message as it came: text or bytes, already copied out of the socket's memory. */
export type Inbound = string | Uint8Array

/** One message on its way out. What it carries decides what a slow socket may do with it. */
export type Outbound =
  /** Whatever has to arrive: notices, and pictures that no newer one replaces. */
  | { readonly kind: 'control'; readonly data: string | Uint8Array }
  | {
      readonly kind: 'preview'
      /** A message that goes right before, for wires that announce their pictures in words. */
      readonly lead?: string
      readonly data: string | Uint8Array
    }
  | {
      readonly kind: 'image'
      readonly seq: number
      readonly data: string | Uint8Array
      /** What to say instead when the newer frame `by` replaced this picture before it was sent (SPEC C3, F1). */
      readonly replacedBy: (by: number) => Extract<Outbound, { kind: 'control' }> | undefined
    }

export interface Close {
  readonly code: number
  readonly reason: string
}

/** What one message asks of the session; one message may ask several things, in order. */
export type Decoded =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'params'
      readonly rev: number
      readonly params: DrawParams
      /** Id of the model whose limits the client had in mind. */
      readonly madeFor?: string | undefined
    }
  /** With `params`: they came with the frame, and its `rev` is but a number. */
  | {
      readonly kind: 'frame'
      readonly frame: FrameRequest
      readonly params?: DrawParams
      /** http(s) address of the sketch when it did not come with the request; the binder fetches it, or refuses. */
      readonly imageUrl?: string
    }
  /** A frame that can be named but not used: it still gets its terminal event. */
  | { readonly kind: 'refuse'; readonly frame: FrameRef; readonly error: WireError }
  | { readonly kind: 'previews'; readonly want: PreviewWant | undefined }
  /**
   * Hear of the newest job of the same caller, whatever connection asked for it, and see this of it. Where several people
   * may be one caller it is of the jobs of `door`.
   */
  | { readonly kind: 'follow'; readonly want: PreviewWant | undefined; readonly door: DialectId }
  | { readonly kind: 'cancel'; readonly seq: number }
  /** About a message that was no frame; with `close`, the socket cannot stay. */
  | { readonly kind: 'problem'; readonly error: WireError; readonly close?: Close }
  | { readonly kind: 'reply'; readonly out: Outbound }

/** What came before the body: of an HTTP request, or of a socket's handshake. */
export interface RequestFacts {
  /** Upper case. */
  readonly method: string
  readonly path: string
  /** What the pattern of the route named: `/:owner/:alias` gives `owner` and `alias`, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
}

/** What a translator may know. It reads no clock and rolls no dice of its own. */
export interface DialectContext {
  readonly model: ModelInfo
  readonly request: RequestFacts
  readonly nowMs: () => number
  /** A seed for those who gave none: a whole number from 0 to 4294967295. */
  readonly randomSeed: () => number
}

/** Translates for one connection. Its only state is what it must remember of the frames in flight. */
export interface Translator {
  /** What the connection asks before its first message. */
  begin?(): Decoded[]
  decode(input: Inbound): Decoded[]
  encode(event: SessionEvent): Outbound[]
  /** The last words to a client that asked for nothing as long as `idle` says. */
  idle?(): Outbound[]
}

export interface SocketDialect {
  readonly id: DialectId
  readonly reply: 'socket'
  /** Larger messages are answered with `message_too_large`, and the socket stays. */
  readonly messageLimitBytes: number
  /** `hello`: the translator says when; `connect`: at once. */
  readonly opensOn: 'hello' | 'connect'
  /**
   * Whom the server does not know: `handshake` refuses the upgrade with 401; `message` opens the socket, says the
   * problem `unauthorized` at once in this dialect's words, and closes.
   */
  readonly unauthorizedAt: 'handshake' | 'message'
  /** A socket that asks for nothing for so long, with nothing in flight, is closed; its client comes back when it needs to. */
  readonly idle?: { readonly afterMs: number; readonly close: Close }
  /** It paints nothing of its own: that it is quiet says nothing, and it does not give way. */
  readonly watchesOnly?: true
  /** Close codes this client understands otherwise than the error table says. */
  readonly closeCodes?: Partial<Record<ErrorCode, number>>
  /** Of pictures that come by another way than the message: uploads. Without it as large as a message. */
  readonly imageLimitBytes?: number
  policy(query: URLSearchParams): SessionPolicy
  translator(context: DialectContext): Translator
}

export interface OnceContext extends DialectContext {
  readonly requestId: string
  /** Next unused frame number of this request. */
  readonly nextSeq: () => number
}

export interface OnceAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One request and its one answer. */
export interface Exchange {
  /** @param read the JSON of the body, where the route has read it already: large ones are not read twice. */
  decode(body: Inbound, read?: ParsedJson): Decoded[]
  /** @param ends terminal event of every frame that `decode` asked for, in their order. */
  answer(ends: readonly TerminalEvent[]): OnceAnswer
  refuse(error: WireError): OnceAnswer
}

export interface OnceDialect {
  readonly id: DialectId
  readonly reply: 'once'
  /** A picture that was cancelled (skipped) does not end those asked for beside it; one that failed does. */
  readonly isPartialFine?: boolean
  readonly messageLimitBytes: number
  /** Of pictures that come by another way than the message: uploads. Without it as large as a message. */
  readonly imageLimitBytes?: number
  readonly policy: SessionPolicy
  exchange(context: OnceContext): Exchange
}

/** One piece of a streamed answer. On a slow connection a newer preview takes the place of one that waits. */
export interface Chunk {
  readonly kind: 'control' | 'preview'
  readonly data: string | Uint8Array
}

export interface StreamContext extends OnceContext {
  /** Names this stream to whoever may resume it. */
  readonly streamId: string
}

/** One request and its answer in pieces. */
export interface StreamExchange {
  /** May hold one `previews`; steps and previews reach `encode` as session events. */
  decode(body: Inbound): Decoded[]
  /** Of the reply, once the first frame is admitted. */
  readonly head: { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  /** Every event of the frames that `decode` asked for, under their own numbers. */
  encode(event: SessionEvent): Chunk[]
  /** What follows the last terminal event. */
  end(): Chunk[]
  /** Before anything was streamed: a plain answer. */
  refuse(error: WireError): OnceAnswer
}

export interface StreamDialect {
  readonly id: DialectId
  readonly reply: 'stream'
  readonly messageLimitBytes: number
  readonly imageLimitBytes?: number
  readonly policy: SessionPolicy
  /** Sent first, and when nothing else was for `everyMs`: proxies give up on a reply that is silent for long. */
  readonly heartbeat: { readonly everyMs: number; readonly data: string }
  /** How long work goes on without its reader, and how long its pieces are kept: 0 cancels when the reader leaves. */
  readonly lingerMs: number
  /** The stream a reconnecting reader wants to go on with, and how many pieces of it (previews too) it has. */
  resume?(request: RequestFacts): { readonly streamId: string; readonly pieces: number } | undefined
  /** The answer to a reader whose stream is not kept any more (for EventSource 204: do not come back). */
  readonly gone?: OnceAnswer
  exchange(context: StreamContext): StreamExchange
}
