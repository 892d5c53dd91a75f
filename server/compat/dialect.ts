import type { WireError } from '../../lib/protocol/errors.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { FrameRequest, SessionPolicy } from '../session/session.ts'
import type { FrameRef, SessionEvent, TerminalEvent } from '../session/session-event.ts'

export type DialectId = 'native' | 'fal-realtime' | 'fal-rest'

/** One message as it came: text or bytes, already copied out of the socket's memory. */
export type Inbound = string | Uint8Array

/** One message on its way out. What it carries decides what a slow socket may do with it. */
export type Outbound =
  | { readonly kind: 'control'; readonly data: string }
  | { readonly kind: 'preview'; readonly data: string | Uint8Array }
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
  | { readonly kind: 'params'; readonly rev: number; readonly params: DrawParams }
  /** With `params`: they came with the frame, and its `rev` is but a number. */
  | { readonly kind: 'frame'; readonly frame: FrameRequest; readonly params?: DrawParams }
  /** A frame that can be named but not used: it still gets its terminal event. */
  | { readonly kind: 'refuse'; readonly frame: FrameRef; readonly error: WireError }
  | { readonly kind: 'previews'; readonly want: PreviewWant | undefined }
  | { readonly kind: 'cancel'; readonly seq: number }
  /** About a message that was no frame; with `close`, the socket cannot stay. */
  | { readonly kind: 'problem'; readonly error: WireError; readonly close?: Close }
  | { readonly kind: 'reply'; readonly out: Outbound }

/** What a translator may know. It reads no clock and rolls no dice of its own. */
export interface DialectContext {
  readonly model: ModelInfo
  readonly nowMs: () => number
  /** A seed for those who gave none: a whole number from 0 to 4294967295. */
  readonly randomSeed: () => number
}

/** Translates for one connection. Its only state is what it must remember of the frames in flight. */
export interface Translator {
  decode(input: Inbound): Decoded[]
  encode(event: SessionEvent): Outbound[]
}

export interface SocketDialect {
  readonly id: DialectId
  readonly reply: 'socket'
  /** Larger messages are answered with `message_too_large`, and the socket stays. */
  readonly messageLimitBytes: number
  /** `hello`: the translator says when; `connect`: at once. */
  readonly opensOn: 'hello' | 'connect'
  policy(query: URLSearchParams): SessionPolicy
  translator(context: DialectContext): Translator
}

export interface OnceContext extends DialectContext {
  readonly requestId: string
  /** Next unused frame number of the session that this caller's requests share. */
  readonly nextSeq: () => number
}

export interface OnceAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One request and its one answer. */
export interface Exchange {
  decode(body: Inbound): Decoded[]
  /** @param ends terminal event of every frame that `decode` asked for, in their order. */
  answer(ends: readonly TerminalEvent[]): OnceAnswer
  refuse(error: WireError): OnceAnswer
}

export interface OnceDialect {
  readonly id: DialectId
  readonly reply: 'once'
  readonly messageLimitBytes: number
  readonly policy: SessionPolicy
  exchange(context: OnceContext): Exchange
}

export type Dialect = SocketDialect | OnceDialect
