// `<sketchwire-canvas server="https://draw.example.org" prompt="..." view="lens">`: a live canvas in any page.
import { AppError } from '../std/errors.ts'
import {
  ATTRIBUTES,
  DRAWING_ATTRIBUTES,
  FIRM_ATTRIBUTES,
  FLAG_ATTRIBUTES,
  frameAttributes,
} from './attributes.ts'
import { DRAWING_NAMES, drawingNameFor, drawingNameFrom, isDrawingName } from './drawing-name.ts'
import { CanvasBase, type CanvasEventMap } from './element-base.ts'
import { EmbedHost } from './host.ts'
import { EXPORT_TYPES, type EmbedError, type ExportType } from './messages.ts'
import { browserHostEnvironment, originOfPage } from './host-environment.ts'
import { exactOrigin, isOn } from './options.ts'
import { pathOf } from './page-path.ts'
import { Places } from './places.ts'
import { createStage, type Stage } from './stage.ts'
import type { TakenDrawing } from './unkept-drawing.ts'

export const ELEMENT_NAME = 'sketchwire-canvas'

export type TokenSource = () => string | undefined | Promise<string | undefined>

let defaultServer: string | undefined
const places = new Places<Element>()
/** Those on the page, in the order in which they came. */
const connected = new Set<SketchwireCanvas>()
/** Names that were told to be none. */
const toldNames = new Set<string>()

/** The server of elements that name none: where embed.js itself came from. */
export function setDefaultServer(origin: string): void {
  defaultServer = origin
}

/** A drawing that the browser does not keep, of a canvas that has left its page. */
interface LeftDrawing {
  /** Which one it is: the canvas may be asked for another when it comes back. */
  readonly which: string
  readonly drawing: TakenDrawing
}

declare global {
  interface HTMLElementTagNameMap {
    'sketchwire-canvas': SketchwireCanvas
  }
}

/**
 * Every attribute is a property of the same name: true or false for those that are there or not, else text, and `null`
 * where it is not set.
 */
export class SketchwireCanvas extends CanvasBase {
  static readonly observedAttributes = ATTRIBUTES

  declare server: string | null
  declare prompt: string | null
  declare model: string | null
  declare strength: string | number | null
  declare steps: string | number | null
  declare seed: string | number | null
  declare view: string | null
  declare controls: string | null
  declare theme: string | null
  declare readonly: boolean
  declare transparent: boolean
  declare surface: string | null
  declare drawing: string | null
  declare token: string | null

  readonly #stage: Stage
  /** Of the page, when the drawing got its name: a page that changes its address later keeps its drawings. */
  #path: string | undefined
  #host: EmbedHost | undefined
  /** The one before, whose frame is asked for its drawing. */
  #leaving: EmbedHost | undefined
  /** Which drawing is shown. */
  #which = ''
  #left: LeftDrawing | undefined
  /** The frame is about to be loaded anew, with the same drawing or with another one. */
  #restarting: 'same' | 'other' | undefined
  #getToken: TokenSource | undefined

  constructor() {
    super()
    this.#stage = createStage(this.attachShadow({ mode: 'open' }))
  }

  connectedCallback(): void {
    // What was set before the browser knew this element hides the properties of its class.
    for (const [name, value] of Object.entries(this)) {
      if (!ATTRIBUTES.includes(name) && name !== 'getToken') continue
      Reflect.deleteProperty(this, name)
      Reflect.set(this, name, value)
    }
    connected.add(this)
    const left = this.#left
    this.#left = undefined
    this.#start(left && left.which === this.#whichDrawing() ? left.drawing : undefined)
  }

  disconnectedCallback(): void {
    connected.delete(this)
    const drawing = this.#host?.left()
    this.#left = drawing && { which: this.#which, drawing }
    // What it asked of the frame will not be answered any more.
    this.#leaving?.dispose()
    this.#leaving = undefined
    this.#end()
    // One that is only moved is back by then.
    queueMicrotask(() => {
      if (!this.isConnected) this.#path = undefined
    })
  }

  adoptedCallback(): void {
    this.#stage.dress()
  }

  /** Moved with `moveBefore` it stays as it is, its frame too; without this it would leave the page and come back. */
  connectedMoveCallback(): void {}

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.isConnected || before === now) return
    // The key itself is handed over when it is asked for; a locked canvas asks again on any news.
    if (name === 'token') return this.#host?.set({})
    if (FIRM_ATTRIBUTES.some((firm) => firm === name)) return this.#restart(name)
    if (name === 'theme') this.#stage.setTheme(now)
    this.#host?.set({ [name]: now })
  }

  /** Asked for a key whenever the server wants one; the `token` attribute is the same for a key that never changes. */
  get getToken(): TokenSource | undefined {
    return this.#getToken
  }

  /** A canvas that the server lets nobody into asks at once. */
  set getToken(source: TokenSource | undefined) {
    this.#getToken = source
    this.#host?.set({})
  }

  /** Sets the words; resolves once they are applied. */
  async setPrompt(prompt: string): Promise<void> {
    await this.#open().ask({ type: 'setPrompt', prompt })
  }

  /** Empties the page; one undo brings it back. */
  async clear(): Promise<void> {
    await this.#open().ask({ type: 'clear' })
  }

  /** Replaces the drawing by what `exportDrawing` gave, as object, text or file; one undo brings the old one back. */
  async loadDrawing(drawing: string | Blob | object): Promise<void> {
    const text =
      typeof drawing === 'string'
        ? drawing
        : drawing instanceof Blob
          ? await drawing.text()
          : JSON.stringify(drawing)
    await this.#open().ask({ type: 'loadDrawing', drawing: text })
  }

  /** The picture as it is painted, refined if the model can; rejects while there is none. */
  async exportImage(format: ExportType = 'image/png'): Promise<Blob> {
    if (!EXPORT_TYPES.includes(format)) throw unknownFormat(format)
    const value = await this.#open().ask({ type: 'exportImage', format })
    if (value instanceof Blob) return value
    throw new AppError('invalid_message', 'The canvas gave no picture; load embed.js from the same server')
  }

  /** The drawing with its settings, as `.sketchwire.json` files hold it. */
  async exportDrawing(): Promise<object> {
    const value = await this.#open().ask({ type: 'exportDrawing' })
    const drawing: unknown = typeof value === 'string' ? JSON.parse(value) : undefined
    if (typeof drawing === 'object' && drawing !== null) return drawing
    throw new AppError('invalid_message', 'The canvas gave no drawing; load embed.js from the same server')
  }

  /** Messages that claimed to be a canvas's and came from another origin or did not fit: ignored, and counted. */
  get ignoredMessages(): number {
    return this.#host?.ignored ?? 0
  }

  #open(): EmbedHost {
    // What is asked right after a change is asked of the canvas as it was changed.
    if (this.#restarting && this.isConnected) this.#startAnew()
    if (this.#host) return this.#host
    throw new AppError('closed', 'The canvas is not on a page, or its server attribute is wrong')
  }

  /** `drawing`: what the canvas before takes along. */
  #start(drawing?: TakenDrawing): void {
    this.#restarting = undefined
    this.#end()
    this.#stage.setTheme(this.getAttribute('theme'))
    const server = this.#server()
    if (server === undefined) return
    this.#which = this.#whichDrawing()
    this.#stage.say('Looking for the server')
    this.#host = new EmbedHost({
      server,
      attributes: () => this.#frameAttributes(),
      mount: (address) => this.#stage.mount(address),
      unmount: () => this.#stage.unmount(),
      token: async () => (await this.getToken?.()) ?? this.getAttribute('token') ?? undefined,
      drawing,
      env: browserHostEnvironment(),
      events: {
        ready: (detail) => this.#tell('ready', detail),
        frame: (detail) => this.#tell('frame', detail),
        status: (detail) => this.#tell('status', detail),
        error: (error, retryInMs) => this.#problem(error, retryInMs),
        height: (px) => this.#stage.setHeight(px),
        hello: () => this.#stage.say(undefined),
      },
    })
  }

  #end(): void {
    this.#host?.dispose()
    this.#host = undefined
  }

  /** Several attributes set in one go are one restart. */
  #restart(changed: string): void {
    const isComing = this.#restarting !== undefined
    if (this.#restarting !== 'other')
      this.#restarting = DRAWING_ATTRIBUTES.includes(changed) ? 'other' : 'same'
    if (isComing) return
    queueMicrotask(() => {
      if (this.#restarting && this.isConnected) this.#startAnew()
      this.#restarting = undefined
    })
  }

  #startAnew(): void {
    const leaving = this.#host
    const drawing = this.#restarting === 'same' ? leaving?.leave() : undefined
    // One that takes its drawing along goes by itself.
    if (drawing) this.#host = undefined
    this.#start(drawing)
    if (drawing) this.#leaving = leaving
  }

  #server(): string | undefined {
    const given = this.getAttribute('server') ?? defaultServer
    if (given === undefined) {
      this.#refuse('The server attribute is missing. Set it to the address of a Sketchwire server', '')
      return undefined
    }
    const origin = exactOrigin(given.replace(/\/+$/, ''))
    if (origin === undefined)
      this.#refuse(
        `server="${given}" is no origin. Set it to the scheme, host and port alone, such as https://draw.example.org`,
        given,
      )
    return origin
  }

  #refuse(message: string, value: string): void {
    // After the script that made this element, so that its listeners are there, and what else it sets.
    queueMicrotask(() => {
      if (!this.isConnected || this.#restarting || this.#host) return
      this.#problem({ code: 'bad_server', message, field: 'server', value }, Infinity)
    })
  }

  #frameAttributes(): [string, string][] {
    return [...frameAttributes(this), ['drawing', this.#drawingName()]]
  }

  #drawingName(): string {
    const given = this.getAttribute('drawing')
    if (given && isDrawingName(given)) return given
    this.#path ??= pathOf(window)
    if (!given) return drawingNameFor(this.#path, this.#place(), originOfPage())
    const made = drawingNameFrom(this.#path, given, originOfPage())
    if (!toldNames.has(made)) tellBadName(this, { given, made, path: this.#path })
    return made
  }

  /** Tells drawings apart, before a frame is there to name one. A name goes for all pages. */
  #whichDrawing(): string {
    const given = this.getAttribute('drawing')
    const path = given && isDrawingName(given) ? null : (this.#path ?? pathOf(window))
    return JSON.stringify([this.getAttribute('server'), given, path])
  }

  /** Whoever is on the page by now gets a place too, in the page's order, and not in that of the server's answers. */
  #place(): string {
    for (const canvas of document.querySelectorAll(ELEMENT_NAME)) places.of(canvas)
    // The document does not list what is in shadow trees.
    for (const canvas of connected) if (!canvas.getAttribute('drawing')) places.of(canvas, 's')
    return places.of(this)
  }

  #problem(error: EmbedError, retryInMs: number | undefined): void {
    const hasCanvas = this.#stage.mounted
    const again =
      retryInMs !== undefined && Number.isFinite(retryInMs)
        ? ` Trying again in ${Math.ceil(retryInMs / 1000)} s.`
        : ''
    if (!hasCanvas) this.#stage.say(`${error.message}.${again}`, 'problem')
    this.#tell('error', { ...error, retryInMs: Number.isFinite(retryInMs) ? retryInMs : undefined })
  }

  #tell<K extends keyof CanvasEventMap>(type: K, detail: CanvasEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}

function unknownFormat(format: string): AppError {
  const range = EXPORT_TYPES.join(', ')
  const message = `exportImage cannot give ${format}; ask for one of ${range}`
  return new AppError('invalid_params', message, { field: 'format', value: format, range })
}

interface BadName {
  readonly given: string
  readonly made: string
  readonly path: string
}

const SHOWN_CHARS = 40

/** To whoever wrote the page, once for each name: to those who look at it the canvas is all right. */
function tellBadName(canvas: SketchwireCanvas, { given, made, path }: BadName): void {
  toldNames.add(made)
  const name = given.length > SHOWN_CHARS ? `${given.slice(0, SHOWN_CHARS)}…` : given
  const what = `<${ELEMENT_NAME}> on ${path}: drawing="${name}" is no name of a drawing.`
  const instead = `The drawing is called ${made}, on this page alone.`
  // The only place where a page's author looks.
  console.warn(`${what} ${instead} Give it a name of ${DRAWING_NAMES}`, canvas)
}

/** Makes the element known to this page, once; on a server, which has no elements, it does nothing. */
export function defineSketchwireCanvas(): void {
  if (!('customElements' in globalThis)) return
  for (const name of ATTRIBUTES) defineProperty(name)
  if (!customElements.get(ELEMENT_NAME)) customElements.define(ELEMENT_NAME, SketchwireCanvas)
}

/** The property that mirrors an attribute. */
function defineProperty(name: string): void {
  if (name in SketchwireCanvas.prototype) return
  Object.defineProperty(SketchwireCanvas.prototype, name, {
    configurable: true,
    enumerable: true,
    get(this: SketchwireCanvas) {
      const text = this.getAttribute(name)
      return FLAG_ATTRIBUTES.includes(name) ? isOn(text) : text
    },
    set(this: SketchwireCanvas, value: unknown) {
      if (value === null || value === undefined || value === false) this.removeAttribute(name)
      else this.setAttribute(name, value === true ? '' : String(value))
    },
  })
}
