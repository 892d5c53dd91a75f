// `<sketchwire-canvas server="https://draw.example.org" prompt="..." view="lens">`: a live canvas in any page.
import { AppError } from '../std/errors.ts'
import { ATTRIBUTES, drawingNameFor, FIRM_ATTRIBUTES, frameAttributes } from './attributes.ts'
import { EmbedHost } from './host.ts'
import type { EmbedError, ExportType } from './messages.ts'
import { browserHostEnvironment } from './host-environment.ts'
import { exactOrigin } from './options.ts'
import { createStage, type Stage } from './stage.ts'

export const ELEMENT_NAME = 'sketchwire-canvas'

export type TokenSource = () => string | undefined | Promise<string | undefined>

let defaultServer: string | undefined
/** Places that are taken by elements in shadow trees. */
const shadowed = new Set<number>()

/** The server of elements that name none: where embed.js itself came from. */
export function setDefaultServer(origin: string): void {
  defaultServer = origin
}

/** Every attribute is a property of the same name, as text; `null` where it is not set. */
export class SketchwireCanvas extends HTMLElement {
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
  declare readonly: string | boolean | null
  declare transparent: string | boolean | null
  declare surface: string | null
  declare drawing: string | null
  declare token: string | null

  readonly #stage: Stage
  /** Among those in shadow trees. */
  #place: number | undefined
  #host: EmbedHost | undefined
  #restarting = false
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
    this.#start()
  }

  disconnectedCallback(): void {
    if (this.#place !== undefined) shadowed.delete(this.#place)
    this.#place = undefined
    this.#end()
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.isConnected || before === now) return
    // The key itself is handed over when it is asked for; a locked canvas asks again on any news.
    if (name === 'token') return this.#host?.set({})
    if (FIRM_ATTRIBUTES.some((firm) => firm === name)) return this.#restart()
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
    if (this.#host) return this.#host
    throw new AppError('closed', 'The canvas is not on a page, or its server attribute is wrong')
  }

  #start(): void {
    this.#end()
    const server = this.#server()
    if (server === undefined) return
    this.#stage.say('Looking for the server')
    this.#stage.setTheme(this.getAttribute('theme'))
    this.#host = new EmbedHost({
      server,
      attributes: () => this.#frameAttributes(),
      mount: (address) => this.#stage.mount(address),
      unmount: () => this.#stage.unmount(),
      token: async () => (await this.getToken?.()) ?? this.getAttribute('token') ?? undefined,
      env: browserHostEnvironment(),
      events: {
        ready: (detail) => this.#tell('ready', detail),
        frame: (detail) => this.#tell('frame', detail),
        status: (detail) => this.#tell('status', detail),
        error: (error, retryInMs) => this.#problem(error, retryInMs),
        height: (px) => this.style.setProperty('--sketchwire-height', `${Math.ceil(px)}px`),
        hello: () => this.#stage.say(undefined),
      },
    })
  }

  #end(): void {
    this.#host?.dispose()
    this.#host = undefined
  }

  /** Several attributes set in one go are one restart. */
  #restart(): void {
    if (this.#restarting) return
    this.#restarting = true
    queueMicrotask(() => {
      this.#restarting = false
      if (this.isConnected) this.#start()
    })
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
    // After the script that made this element, so that its listeners are there.
    queueMicrotask(() => this.#problem({ code: 'bad_server', message, field: 'server', value }, Infinity))
  }

  #frameAttributes(): [string, string][] {
    const given = frameAttributes(this)
    if (this.hasAttribute('drawing')) return given
    const at = [...document.querySelectorAll(ELEMENT_NAME)].indexOf(this)
    const place = at < 0 ? `s${this.#shadowedPlace()}` : at
    return [...given, ['drawing', drawingNameFor(location.pathname, place)]]
  }

  /** The document does not list what is in shadow trees: the first free number, kept while it is on the page. */
  #shadowedPlace(): number {
    let place = this.#place ?? 0
    if (this.#place === undefined) while (shadowed.has(place)) place += 1
    shadowed.add(place)
    this.#place = place
    return place
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

  #tell(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}

/** Makes the element known to this page, once. */
export function defineSketchwireCanvas(): void {
  for (const name of ATTRIBUTES) defineProperty(name)
  if (!customElements.get(ELEMENT_NAME)) customElements.define(ELEMENT_NAME, SketchwireCanvas)
}

/** The property that mirrors an attribute: true and false for those that are there or not. */
function defineProperty(name: string): void {
  if (name in SketchwireCanvas.prototype) return
  Object.defineProperty(SketchwireCanvas.prototype, name, {
    configurable: true,
    enumerable: true,
    get(this: SketchwireCanvas) {
      return this.getAttribute(name)
    },
    set(this: SketchwireCanvas, value: unknown) {
      if (value === null || value === undefined || value === false) this.removeAttribute(name)
      else this.setAttribute(name, value === true ? '' : String(value))
    },
  })
}
