import { AppError } from '../std/errors.ts'
import { fromDataUri } from './data-uri.ts'
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
  url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}

/**
 * Stretches `source` to the asked size on white paper, always on the same canvas. Equal bytes are equal pixels, so they
 * are their own hash.
 */
export function snapshotOf(source: HTMLCanvasElement): TakeSnapshot {
  const canvas = document.createElement('canvas')
  // Painted by the processor: the pixels are read back for every snapshot.
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async ({ width, height }): Promise<Snapshot> => {
    const startMs = performance.now()
    if (!context) throw new AppError('internal', 'This browser gave no 2D canvas; close other tabs')
    canvas.width = width
    canvas.height = height
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, height)
    context.drawImage(source, 0, 0, width, height)
    const hash = jpegOf(canvas)
    const bytes = fromDataUri(hash)
    return { bytes, codec: 'jpeg', width, height, hash, snapshotMs: performance.now() - startMs }
  }
}

/**
 * JPEG as a data URI, at once. `toBlob` would leave it to the browser's idle time, of which there is little while
 * someone draws: it was seen to take a hundred times as long as the encoding.
 */
export function jpegOf(canvas: HTMLCanvasElement): string {
  const uri = canvas.toDataURL('image/jpeg', 0.92)
  if (uri.includes('jpeg')) return uri
  throw new AppError('internal', 'This browser gave no 2D canvas; close other tabs')
}
