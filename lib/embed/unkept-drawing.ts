// Where a browser refuses to keep what is drawn, the drawing lives in the frame's page alone. When that page is loaded
// anew, the drawing is taken from it and brought to the next one. A page whose frame is taken off the document is gone
// before it can be asked: for that it tells its drawing as it changes.
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
  /** The page that is there now could not keep it. */
  #isRefused = false
  /** The drawing as the page told it last. */
  #told: string | undefined
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
    // From then on it is what the browser has, and what was told grows old.
    if (kept && this.#isRefused) this.#told = undefined
    this.#isRefused = kept === false
  }

  told(drawing: string): void {
    if (this.#isRefused) this.#told = drawing
  }

  /** Takes the drawing from the page, which is about to go; `undefined` when it is kept. */
  take(): TakenDrawing | undefined {
    if (this.#isUnkept) this.#taken ??= this.#askFor()
    this.#isRefused = false
    return this.#taken
  }

  /** What there is of the drawing without asking a page that is gone; `undefined` when it is kept. */
  left(): TakenDrawing | undefined {
    return this.#taken ?? (this.#told === undefined ? undefined : Promise.resolve(this.#told))
  }

  /** Brings the drawing to the page that is there now; false when this page has gone as well, and the next is to have it. */
  async bring(): Promise<boolean> {
    const drawing = await this.#taken
    this.#told = undefined
    try {
      if (drawing !== undefined) await this.#options.ask({ type: 'loadDrawing', drawing })
      // It may go again before it has told anything.
      // What it has told meanwhile is of before it had this.
      if (this.#isRefused) this.#told = drawing
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
      if (!isGone(error) && this.#told === undefined)
        this.#tellLoss(error, 'While status says that it is not kept, keep what exportDrawing gives')
      return this.#told
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
