// Where a browser refuses to keep what is drawn, the drawing lives in the frame's page alone. When that page is loaded
// anew, the drawing is taken from it and brought to the next one.
import { AppError, messageOf } from '../std/errors.ts'
import type { Call } from './calls.ts'
import type { EmbedError, StatusDetail } from './messages.ts'

/** Text of a `.sketchwire.json` file; `undefined` when it could not be had, which was told. */
export type TakenDrawing = Promise<string | undefined>

export interface UnkeptDrawingOptions {
  /** Asks the page at once; rejects as `Calls.ask` does. */
  readonly ask: (call: Call) => Promise<unknown>
  /** What was taken from the page of a canvas that was here before. */
  readonly taken: TakenDrawing | undefined
  readonly onLoss: (error: EmbedError) => void
}

export class UnkeptDrawing {
  readonly #options: UnkeptDrawingOptions
  /** For good: a page that was just loaded has not tried to keep anything yet. */
  #isUnkept: boolean
  #taken: TakenDrawing | undefined

  constructor(options: UnkeptDrawingOptions) {
    this.#options = options
    this.#taken = options.taken
    this.#isUnkept = options.taken !== undefined
  }

  /** On its way from one page to the next. */
  get taken(): TakenDrawing | undefined {
    return this.#taken
  }

  /** The page says whether the drawing is kept. */
  heard({ kept }: StatusDetail): void {
    this.#isUnkept ||= kept === false
  }

  /** Takes the drawing from the page, which is about to go; `undefined` when it is kept. */
  take(): TakenDrawing | undefined {
    if (this.#isUnkept) this.#taken ??= this.#askFor()
    return this.#taken
  }

  /** Brings the drawing to the page that is there now; false when this page has gone as well, and the next is to have it. */
  async bring(): Promise<boolean> {
    const drawing = await this.#taken
    try {
      if (drawing !== undefined) await this.#options.ask({ type: 'loadDrawing', drawing })
    } catch (error) {
      if (isGone(error)) return false
      this.#tellLoss(error, 'The drawing is the value of this error; loadDrawing takes it', drawing)
    }
    this.#taken = undefined
    return true
  }

  async #askFor(): TakenDrawing {
    try {
      const drawing = await this.#options.ask({ type: 'exportDrawing' })
      return typeof drawing === 'string' ? drawing : undefined
    } catch (error) {
      if (!isGone(error))
        this.#tellLoss(error, 'While status says that it is not kept, keep what exportDrawing gives')
      return undefined
    }
  }

  #tellLoss(error: unknown, remedy: string, value?: string): void {
    const message = `The drawing, which this browser does not keep, is not in the canvas that was loaded anew: ${messageOf(error)}. ${remedy}`
    this.#options.onLoss({ code: 'drawing_lost', message, value })
  }
}

/** The question went with the page, or with the whole canvas. */
function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === 'closed'
}
