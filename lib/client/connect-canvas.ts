import { AppError } from '../std/errors.ts'
import { createSketchClient } from './sketch-client.ts'
import type { SketchClient, SketchClientOptions, Snapshot, TakeSnapshot } from './types.ts'

export interface ConnectOptions extends Omit<SketchClientOptions, 'url' | 'takeSnapshot'> {
  /** Origin of the server, such as `https://draw.example.org`. */
  readonly server: string
  /** A canvas somebody draws on, or a function that gives the drawing at the size it is asked for. */
  readonly drawing: HTMLCanvasElement | TakeSnapshot
  /** Where the picture is painted; more canvases with `client.attach(canvas)`. */
  readonly picture?: HTMLCanvasElement
}

/** Connects a drawing to a server. Call `markDirty()` of what it returns whenever the drawing changes. */
export function connectCanvas({ server, drawing, picture, ...options }: ConnectOptions): SketchClient {
  const takeSnapshot = typeof drawing === 'function' ? drawing : snapshotOf(drawing)
  const client = createSketchClient({ ...options, url: liveUrl(server), takeSnapshot })
  if (picture) client.attach(picture)
  return client
}

/** The native door of a server, `ws:` for `http:` and `wss:` for `https:`. Throws AppError `bad_server`. */
export function liveUrl(server: string): string {
  if (!/^https?:/.test(server) || !URL.canParse(server))
    throw new AppError(
      'bad_server',
      `"${server}" is no address of a server; use one such as https://draw.example.org`,
    )
  const url = new URL('/api/live', server)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

const QUALITY = 0.92

/** Stretches `source` to the asked size on white paper. Equal bytes are equal pixels, so they are their own hash. */
export function snapshotOf(source: HTMLCanvasElement): TakeSnapshot {
  return async ({ width, height }): Promise<Snapshot> => {
    const startMs = performance.now()
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext('2d')
    if (!context) throw new AppError('internal', 'This browser gave no 2D canvas; close other tabs')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, height)
    context.drawImage(source, 0, 0, width, height)
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
    if (!blob) throw new AppError('internal', 'This browser could not encode the canvas; reload the page')
    const bytes = new Uint8Array(await blob.arrayBuffer())
    const hash = bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 16777619), 2166136261)
    const snapshotMs = performance.now() - startMs
    return { bytes, codec: 'jpeg', width, height, hash: `${bytes.length}:${hash}`, snapshotMs }
  }
}
