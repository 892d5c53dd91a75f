import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import * as v from 'valibot'
import WebSocket from 'ws'
import { ImageMetaSchema, ServerMessageSchema, type ServerMessage } from '../../lib/protocol/control.ts'
import { decodeBinary, encodeBinary } from '../../lib/protocol/frame.ts'
import { PROTOCOL_VERSION } from '../../lib/protocol/version.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'

/** A terminal event as the bench needs it. */
export interface Ending {
  readonly seq: number
  readonly kind: 'image' | 'superseded' | 'refused' | 'failed'
  readonly atMs: number
  readonly bytes: number
  readonly engineMs: number
}

export interface NativeSocket {
  readonly credit: number
  sendBinary(seq: number, jpeg: Uint8Array, size: Pick<DrawParams, 'width' | 'height'>): number
  sendJson(seq: number, jpeg: Uint8Array): number
  onEnd(listener: (ending: Ending) => void): void
  close(): Promise<void>
}

const REV = 1

/** Opens the native door, says hello, sets `params`. */
export async function openNative(url: string, params: DrawParams): Promise<NativeSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/live`)
  socket.binaryType = 'nodebuffer'
  await once(socket, 'open')
  let listener: (ending: Ending) => void = () => undefined
  const welcome = new Promise<number>((resolve, reject) => {
    socket.on('message', (data, isBinary) => {
      if (!Buffer.isBuffer(data)) return
      const message = isBinary ? undefined : v.parse(ServerMessageSchema, JSON.parse(data.toString()))
      if (message?.type === 'welcome') resolve(message.credit)
      if (message?.type === 'error') reject(new Error(message.message))
      const ending = message === undefined ? binaryEnding(data) : jsonEnding(message, data.length)
      if (ending) listener(ending)
    })
  })
  socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, client: 'bench' }))
  const credit = await welcome
  socket.send(JSON.stringify({ type: 'params', rev: REV, params }))
  return {
    credit,
    onEnd: (next) => (listener = next),
    sendBinary: (seq, jpeg, size) =>
      sendBinary(socket, { seq, jpeg, width: size.width, height: size.height }),
    sendJson: (seq, jpeg) => sendJson(socket, { seq, jpeg }),
    async close() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

interface Frame {
  readonly seq: number
  readonly jpeg: Uint8Array
}

function sendBinary(
  socket: WebSocket,
  { seq, jpeg, ...size }: Frame & { width: number; height: number },
): number {
  const meta = { mode: 'live' }
  const bytes = encodeBinary({
    kind: 'frame',
    codec: 'jpeg',
    seq,
    paramsRev: REV,
    ...size,
    meta,
    image: jpeg,
  })
  socket.send(bytes)
  return bytes.length
}

function sendJson(socket: WebSocket, { seq, jpeg }: Frame): number {
  const image = `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`
  const text = JSON.stringify({ type: 'frame', seq, rev: REV, image })
  socket.send(text)
  return text.length
}

function binaryEnding(data: Buffer): Ending | undefined {
  const atMs = performance.now()
  const message = decodeBinary(data)
  if (message.kind !== 'image') return undefined
  const { timings } = v.parse(ImageMetaSchema, message.meta)
  return { seq: message.seq, kind: 'image', atMs, bytes: data.length, engineMs: timings.engineMs }
}

function jsonEnding(message: ServerMessage, bytes: number): Ending | undefined {
  const atMs = performance.now()
  switch (message.type) {
    case 'image':
      return { seq: message.seq, kind: 'image', atMs, bytes, engineMs: message.timings.engineMs }
    case 'superseded':
    case 'refused':
    case 'failed':
      return { seq: message.seq, kind: message.type, atMs, bytes, engineMs: 0 }
    default:
      return undefined
  }
}
