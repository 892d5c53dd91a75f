// The key of an embedded canvas: the embedding page's, asked for anew before each dial because tokens live shortly, else
// the one that is kept in this browser.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { backoffMs } from '../../lib/flow/backoff.ts'
import { AppError } from '../../lib/std/errors.ts'
import type { SketchClient } from '../../lib/client/types.ts'
import { savedKey } from '../session/access.ts'

export interface PageKeyOptions {
  /** The embedding page's key, `undefined` while it has none. */
  readonly ask: () => Promise<string | undefined>
  /** The address to dial with a key, or without; throws AppError `unauthorized`. */
  readonly dialUrl: (key: string | undefined) => Promise<string>
  readonly random?: () => number
}

/** A page whose own server was away has a key a little later. */
const ASK_AGAIN = { firstMs: 2_000, factor: 1.7, maxMs: 30_000 }

export class PageKey {
  /** What the server said to the page's key; `undefined` while it let it in, or the page gave none. */
  readonly refusal: StoreApi<{ readonly reason: string | undefined }>
  readonly #options: PageKeyOptions
  #fresh: string | undefined
  #refused: string | undefined

  constructor(options: PageKeyOptions) {
    this.#options = options
    this.refusal = createStore<{ readonly reason: string | undefined }>()(() => ({ reason: undefined }))
  }

  readonly dial = async (): Promise<string> => {
    const pages = this.#fresh ?? (await this.#options.ask())
    this.#fresh = undefined
    // A person typed another key after the page's own was refused.
    const isUseless = pages === undefined || (pages === this.#refused && savedKey() !== '')
    if (isUseless) return await this.#options.dialUrl(undefined)
    try {
      const url = await this.#options.dialUrl(pages)
      this.#refused = undefined
      this.refusal.setState({ reason: undefined })
      return url
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthorized') {
        this.#refused = pages
        this.refusal.setState({ reason: error.message })
      }
      throw error
    }
  }

  /** While the server lets nobody in, asks the page for another key from time to time; returns the stop. */
  watch(client: Pick<SketchClient, 'store' | 'retry'>): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let attempt = 0
    const again = () => {
      const delayMs = backoffMs(attempt++, (this.#options.random ?? Math.random)(), ASK_AGAIN)
      timer = setTimeout(() => void look(), delayMs)
    }
    const look = async () => {
      const key = await this.#options.ask()
      if (timer === undefined) return
      if (key === undefined || key === this.#refused) return again()
      this.#fresh = key
      client.retry()
    }
    const stop = () => {
      clearTimeout(timer)
      timer = undefined
    }
    const off = client.store.subscribe(({ status }, before) => {
      if (status.name === before.status.name) return
      stop()
      if (status.name === 'live') attempt = 0
      if (status.name === 'locked') again()
    })
    return () => {
      off()
      stop()
    }
  }
}
