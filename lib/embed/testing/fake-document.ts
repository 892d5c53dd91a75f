// As much of a document as the element asks of a browser, and as its tests look at. Import the element after these
// globals are in place: its class is made from `HTMLElement`.

class FakeNode {
  readonly dataset: Record<string, string> = {}
  readonly style = {}
  /** What was said to it. */
  readonly posted: Record<string, unknown>[] = []
  readonly contentWindow = {
    postMessage: (message: Record<string, unknown>) => void this.posted.push(message),
  }
  readonly tag: string
  parent: FakeRoot | undefined
  src = ''
  textContent = ''

  constructor(tag: string) {
    this.tag = tag
  }

  setAttribute(): void {}

  remove(): void {
    this.parent?.children.delete(this)
  }
}

/** A shadow tree. */
export class FakeRoot {
  readonly children = new Set<FakeNode>()
  readonly ownerDocument: object

  constructor(ownerDocument: object) {
    this.ownerDocument = ownerDocument
  }

  append(...nodes: FakeNode[]): void {
    for (const node of nodes) {
      node.parent = this
      this.children.add(node)
    }
  }

  querySelector(tag: string): FakeNode | null {
    return [...this.children].find((node) => node.tag === tag) ?? null
  }
}

class FakeSheet {
  text = ''

  replaceSync(text: string): void {
    this.text = text
  }
}

class FakeElement extends EventTarget {
  readonly #attributes = new Map<string, string>()
  shadowRoot: FakeRoot | null = null
  isConnected = false
  declare connectedCallback?: () => void
  declare disconnectedCallback?: () => void
  declare attributeChangedCallback?: (name: string, before: string | null, now: string | null) => void

  attachShadow(): FakeRoot {
    this.shadowRoot = new FakeRoot(document)
    if (Reflect.get(globalThis, 'CSSStyleSheet')) Object.assign(this.shadowRoot, { adoptedStyleSheets: [] })
    return this.shadowRoot
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name)
  }

  setAttribute(name: string, value: string): void {
    const before = this.getAttribute(name)
    this.#attributes.set(name, value)
    this.attributeChangedCallback?.(name, before, value)
  }

  removeAttribute(name: string): void {
    const before = this.getAttribute(name)
    this.#attributes.delete(name)
    this.attributeChangedCallback?.(name, before, null)
  }
}

const asFake = (element: object) => element as FakeElement

export class FakeDocument extends EventTarget {
  /** In the order of the page. */
  readonly #listed: object[] = []
  readonly location = { origin: 'https://blog.example.org', protocol: 'https:', pathname: '/post' }
  /** Addresses that were fetched. */
  readonly asked: string[] = []
  readonly defaultView = { CSSStyleSheet: FakeSheet }
  readonly #window = Object.assign(new EventTarget(), { location: this.location })

  /** To be put in place before the element is imported. */
  get globals(): Record<string, unknown> {
    return {
      document: this,
      window: this.#window,
      self: this.location,
      location: this.location,
      HTMLElement: FakeElement,
      CSSStyleSheet: FakeSheet,
      customElements: { get: () => undefined, define: () => undefined },
      fetch: async (url: string) => {
        this.asked.push(url)
        const facts = { product: 'sketchwire', embed: 1, allowed: true }
        return { ok: true, status: 200, json: () => Promise.resolve(facts) }
      },
    }
  }

  createElement(tag: string): FakeNode {
    return new FakeNode(tag)
  }

  querySelectorAll(): readonly object[] {
    return this.#listed
  }

  /** Puts a canvas on the page, behind all that are there or at a place among them. */
  insert(canvas: object, at = this.#listed.length): void {
    this.#listed.splice(at, 0, canvas)
    this.insertInShadow(canvas)
  }

  /** Puts it on the page where the document does not list it. */
  insertInShadow(canvas: object): void {
    asFake(canvas).isConnected = true
    asFake(canvas).connectedCallback?.()
  }

  remove(canvas: object): void {
    const at = this.#listed.indexOf(canvas)
    if (at >= 0) this.#listed.splice(at, 1)
    asFake(canvas).isConnected = false
    asFake(canvas).disconnectedCallback?.()
  }

  /** What the canvas shows its server's page with; `undefined` where it shows none. */
  shown(canvas: object): URLSearchParams | undefined {
    const frame = this.#frame(canvas)
    return frame ? new URL(frame.src).searchParams : undefined
  }

  /** What the canvas said to its frame of now. */
  posted(canvas: object): readonly Record<string, unknown>[] {
    return this.#frame(canvas)?.posted ?? []
  }

  /** The frame of the canvas says something, marked as it should be. */
  say(canvas: object, message: object): void {
    const frame = this.#frame(canvas)
    if (!frame) throw new Error('the canvas has no frame')
    const data = { sketchwire: 1, ...message }
    const event = { data, origin: new URL(frame.src).origin, source: frame.contentWindow }
    this.#window.dispatchEvent(Object.assign(new Event('message'), event))
  }

  #frame(canvas: object): FakeNode | null {
    return asFake(canvas).shadowRoot?.querySelector('iframe') ?? null
  }

  /** Text of the sheets that the canvas wears. */
  worn(canvas: object): string {
    const { adoptedStyleSheets: sheets } = asFake(canvas).shadowRoot as unknown as {
      adoptedStyleSheets: FakeSheet[]
    }
    return sheets.map(({ text }) => text).join('')
  }

  /** The words in the place of the canvas. */
  words(canvas: object): string {
    return asFake(canvas).shadowRoot?.querySelector('p')?.textContent ?? ''
  }

  /** Lets everything that is only waiting for promises go on. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}
