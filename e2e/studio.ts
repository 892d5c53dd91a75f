import { readFile } from 'node:fs/promises'
import { expect, type Locator, type Page } from '@playwright/test'
import sharp from 'sharp'

/** RGB bytes of the rendered picture, drawn into a square of this side so that sizes compare. */
const SAMPLE_SIDE = 256
/** A picture is there in a fraction of a second; Playwright's own pauses grow to a whole one. */
const OFTEN = { intervals: [50] }

/** tldraw tells of a change a frame after it. A hidden page gets no frames, or few. */
const twoFrames = () =>
  Promise.race([
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    new Promise((done) => setTimeout(done, 200)),
  ]).then(() => undefined)

/** A box in parts of the page: 0..1 from its left and top. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The drawing page as a person sees it. */
export class Studio {
  readonly page: Page
  readonly drawing: Locator
  readonly picture: Locator
  readonly status: Locator
  readonly prompt: Locator
  /** Requests that left the server's origin. */
  readonly strangers: string[] = []
  /** Errors in the browser's console. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    this.drawing = page.getByTestId('drawing')
    this.picture = page.getByRole('img', { name: 'Rendered picture' })
    this.status = page.getByTestId('status')
    this.prompt = page.getByRole('textbox', { name: 'Prompt' })
  }

  /** Opens a drawing and waits for its first picture. */
  async open(url: string, { refine = false } = {}): Promise<void> {
    const origin = new URL(url).origin
    this.page.on('request', (request) => {
      const target = request.url()
      if (!/^(blob|data):/.test(target) && new URL(target).origin.replace(/^ws/, 'http') !== origin)
        this.strangers.push(target)
    })
    this.page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()))
    this.page.on('pageerror', (error) => this.complaints.push(error.message))
    // Two pictures compare only when both are live ones of the same size.
    await this.page.addInitScript(
      ([key, value]) => localStorage.getItem(key) ?? localStorage.setItem(key, value),
      ['sketchwire:preferences', JSON.stringify({ autoRefine: refine })] as const,
    )
    await this.page.goto(url)
    await this.settled()
  }

  /** Waits until what is on the page is what is in the picture. */
  async settled(): Promise<void> {
    await this.page.evaluate(twoFrames)
    await expect.poll(() => this.seq(), OFTEN).toBeGreaterThan(0)
    await expect.poll(() => this.status.getAttribute('data-activity'), OFTEN).toBe('up-to-date')
  }

  async seq(): Promise<number> {
    return Number(await this.picture.getAttribute('data-seq'))
  }

  /** Does something that changes the picture, and waits until the change is painted. */
  async changing(act: () => Promise<void>): Promise<void> {
    const before = await this.seq()
    await act()
    await expect.poll(() => this.seq(), OFTEN).toBeGreaterThan(before)
    await this.settled()
  }

  async #at(x: number, y: number): Promise<[number, number]> {
    const box = await this.drawing.boundingBox()
    if (!box) throw new Error('the drawing is not on screen')
    return [box.x + box.width * x, box.y + box.height * y]
  }

  /** A pen stroke through points in parts of the page. */
  async stroke(points: readonly (readonly [number, number])[]): Promise<void> {
    const [first, ...rest] = points
    if (!first) return
    await this.page.mouse.move(...(await this.#at(...first)))
    await this.page.mouse.down()
    for (const point of rest) await this.page.mouse.move(...(await this.#at(...point)), { steps: 6 })
    await this.page.mouse.up()
  }

  /** RGB of the drawing as it is on the screen, at a point in parts of it. */
  async colourAt(x: number, y: number): Promise<number[]> {
    const [left, top] = await this.#at(x, y)
    const png = await this.page.screenshot({ clip: { x: left, y: top, width: 1, height: 1 } })
    return [...(await sharp(png).removeAlpha().raw().toBuffer())]
  }

  /** Where the whole page of the drawing is on the screen, in pixels; larger than its sheet while zoomed in. */
  async paper(): Promise<{ x: number; y: number; width: number }> {
    return this.drawing.evaluate((sheet) => {
      const layer = sheet.querySelector('.tl-html-layer')
      if (!layer) throw new Error('there is no canvas')
      const { a, e, f } = new DOMMatrix(getComputedStyle(layer).transform)
      const round = (value: number) => Math.round(value * 10) / 10
      return { x: round(e), y: round(f), width: round(a * 512) }
    })
  }

  /** Counts the frames that the page sends; to be called before it is opened. */
  countFrames(): { readonly sent: number } {
    const counter = { sent: 0 }
    this.page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        if (typeof payload !== 'string') counter.sent += 1
      }),
    )
    return counter
  }

  /** [256,256,3] RGB of the picture as it is painted now. */
  async pixels(): Promise<Uint8Array> {
    const base64 = await this.picture.evaluate((element, side) => {
      if (!(element instanceof HTMLCanvasElement)) throw new Error('the picture is no canvas')
      const copy = document.createElement('canvas')
      copy.width = side
      copy.height = side
      const context = copy.getContext('2d')
      if (!context) throw new Error('no 2d context')
      context.drawImage(element, 0, 0, side, side)
      const { data } = context.getImageData(0, 0, side, side)
      let text = ''
      for (let i = 0; i < data.length; i++) if (i % 4 !== 3) text += String.fromCharCode(data[i] ?? 0)
      return btoa(text)
    }, SAMPLE_SIDE)
    return Buffer.from(base64, 'base64')
  }

  /** The drawing as "Save to file" gives it. */
  async savedText(): Promise<string> {
    await this.page.getByRole('button', { name: 'Menu' }).click()
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole('button', { name: 'Save to file' }).click(),
    ])
    return readFile(await download.path(), 'utf8')
  }

  /** What is on the page, whichever canvas it is. */
  async saved(): Promise<unknown[]> {
    const { content } = JSON.parse(await this.savedText())
    return content.items ?? content.shapes
  }

  /** Waits until this browser keeps `words` as the prompt of a drawing. */
  async keeps(words: string): Promise<void> {
    const isKept = (prompt: string) =>
      Object.entries(localStorage).some(
        ([key, text]) => key.startsWith('sketchwire:drawing:') && text.includes(`"prompt":${prompt}`),
      )
    await expect.poll(() => this.page.evaluate(isKept, JSON.stringify(words))).toBe(true)
  }

  /** Sets the prompt and waits for its picture. */
  async say(words: string): Promise<void> {
    await this.changing(() => this.prompt.fill(words))
  }
}

/** Mean absolute difference (0..255) of two samples, inside `box` and outside of it. */
export function differenceBy(a: Uint8Array, b: Uint8Array, box: Box): { inside: number; outside: number } {
  const sums = { inside: 0, outside: 0 }
  const counts = { inside: 0, outside: 0 }
  for (let i = 0; i < a.length; i++) {
    const pixel = Math.floor(i / 3)
    const x = (pixel % SAMPLE_SIDE) / SAMPLE_SIDE
    const y = Math.floor(pixel / SAMPLE_SIDE) / SAMPLE_SIDE
    const isInside = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom
    const place = isInside ? 'inside' : 'outside'
    sums[place] += Math.abs((a[i] ?? 0) - (b[i] ?? 0))
    counts[place]++
  }
  return { inside: sums.inside / counts.inside, outside: sums.outside / counts.outside }
}

/** Mean absolute difference of two samples over the whole picture, 0..255. */
export function difference(a: Uint8Array, b: Uint8Array): number {
  return differenceBy(a, b, { left: 0, top: 0, right: 1, bottom: 1 }).inside
}

export function brightness(pixels: Uint8Array): number {
  return pixels.reduce((total, value) => total + value, 0) / pixels.length
}
