import type { Clock } from '../std/clock.ts'

export interface SocketHandlers {
  open(): void
  message(data: unknown): void
  /** Called once at most, and not after `close()` of our own. */
  close(code: number, reason: string): void
}

/** One dialled WebSocket, binary messages as ArrayBuffer. */
export interface Socket {
  send(data: string | Uint8Array<ArrayBuffer>): void
  /** Bytes handed over that the browser has not sent yet. */
  bufferedBytes(): number
  close(): void
}

/** Everything the client takes from the browser, so that tests run without one. */
export interface Environment {
  openSocket(url: string, handlers: SocketHandlers): Socket
  readonly clock: Clock
  /** Wall-clock time in ms since 1970, for times that the page shows. */
  epochMs(): number
  /** requestAnimationFrame; returns the cancellation. */
  requestFrame(run: () => void): () => void
  /** A number in [0, 1). */
  random(): number
  isHidden(): boolean
  /** Tab hidden or shown again; returns the unsubscribe. */
  onVisibilityChange(listener: () => void): () => void
  /** The machine has a network again; returns the unsubscribe. */
  onOnline(listener: () => void): () => void
  prefersReducedMotion(): boolean
  decodeImage(blob: Blob): Promise<ImageBitmap>
  /** Where an exception of a caller's own listener goes, so that it cannot unwind the client. */
  reportError(error: unknown): void
}

/** Dials with any WebSocket class that has the browser's interface. */
export function socketOpener(SocketClass: typeof WebSocket): Environment['openSocket'] {
  return (url, handlers) => {
    const socket = new SocketClass(url)
    let detached = false
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => detached || handlers.open())
    socket.addEventListener('message', (event) => detached || handlers.message(event.data))
    socket.addEventListener('close', (event) => detached || handlers.close(event.code, event.reason))
    // `close` follows and says all there is to know; classes built on EventEmitter throw when nobody listens.
    socket.addEventListener('error', () => undefined)
    return {
      send: (data) => socket.send(data),
      bufferedBytes: () => socket.bufferedAmount,
      close: () => {
        detached = true
        socket.close()
      },
    }
  }
}

function listen(target: EventTarget, type: string, listener: () => void): () => void {
  target.addEventListener(type, listener)
  return () => target.removeEventListener(type, listener)
}

/** The real browser. `clock.now()` is `performance.now()`. */
export function browserEnvironment(openSocket = socketOpener(WebSocket)): Environment {
  return {
    openSocket,
    clock: {
      now: () => performance.now(),
      setTimer: (run, delayMs) => {
        const id = setTimeout(run, delayMs)
        return () => clearTimeout(id)
      },
    },
    epochMs: () => Date.now(),
    requestFrame: (run) => {
      const id = requestAnimationFrame(run)
      return () => cancelAnimationFrame(id)
    },
    random: () => Math.random(),
    isHidden: () => document.visibilityState === 'hidden',
    onVisibilityChange: (listener) => listen(document, 'visibilitychange', listener),
    onOnline: (listener) => listen(window, 'online', listener),
    prefersReducedMotion: () => matchMedia('(prefers-reduced-motion: reduce)').matches,
    decodeImage: (blob) => createImageBitmap(blob),
    reportError: (error) => reportError(error),
  }
}
