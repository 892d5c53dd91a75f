// What the element is made from, and what its listeners are given.
import type { EmbedError, FrameDetail, ReadyDetail, StatusDetail } from './messages.ts'

/** `retryInMs`: there is no canvas now, and its server is asked again then. */
export type ErrorDetail = EmbedError & { readonly retryInMs?: number | undefined }

/** The element's own events by their names. */
export interface CanvasEventMap {
  ready: CustomEvent<ReadyDetail>
  frame: CustomEvent<FrameDetail>
  status: CustomEvent<StatusDetail>
  /** Not the ErrorEvent that browsers have under this name. */
  error: CustomEvent<ErrorDetail>
}

type EventMap = Omit<HTMLElementEventMap, keyof CanvasEventMap> & CanvasEventMap

interface CanvasTarget extends HTMLElement {
  addEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void
  removeEventListener<K extends keyof EventMap>(
    type: K,
    listener: (this: this, event: EventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void
}

/** Servers that render pages have no HTMLElement: there the element may be imported, and none is made. */
export const CanvasBase: new () => CanvasTarget = globalThis.HTMLElement ?? class {}
