// What the tests of embedded canvases have in common: a server, a site of another origin whose pages embed its canvases,
// and how to look into one of them.
import { expect as expectAnything, test, type FrameLocator, type Locator, type Page } from '@playwright/test'
import { type OtherSite, serveElsewhere } from './other-origin.ts'
import { type RunningServer, startServer } from './server.ts'

/** Each canvas of a page loads an editor of its own, on the machine's two cores. */
export const expect = expectAnything.configure({ timeout: 60_000 })

export interface Embedding {
  /** Both are there while tests run. */
  readonly server: RunningServer
  readonly site: OtherSite
}

/** The examples, served from another origin for the tests of one file. */
export function embedExamples(): Embedding {
  const running: { server?: RunningServer; site?: OtherSite } = {}
  test.setTimeout(180_000)
  test.beforeAll(async () => {
    running.server = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
    running.site = await serveElsewhere('examples', running.server.url)
  })
  test.afterAll(async () => {
    await running.site?.stop()
    await running.server?.stop()
  })
  const there = <T>(one: T | undefined): T => {
    if (one === undefined) throw new Error('the server is there while tests run, and not before')
    return one
  }
  return {
    get server() {
      return there(running.server)
    },
    get site() {
      return there(running.site)
    },
  }
}

/** Puts one canvas onto the example's page in place of what is there. */
export async function onlyCanvas(page: Page, { server, site }: Embedding, attributes: string): Promise<void> {
  await page.goto(`${site.url}/element/`)
  const markup = `<sketchwire-canvas server="${server.url}" ${attributes}></sketchwire-canvas>`
  await page.evaluate((html) => void (document.body.innerHTML = html), markup)
}

export const insideOf = (around: FrameLocator | Page): FrameLocator =>
  around.frameLocator('sketchwire-canvas iframe')

export async function painted(inside: FrameLocator | Page): Promise<void> {
  await expect(inside.getByRole('img', { name: 'Rendered picture' })).toHaveAttribute('data-seq', /\d+/)
}

/** Of the plain canvas. */
export interface CanvasItem {
  readonly kind: string
  readonly w?: number
  readonly h?: number
}

/** What is drawn, as the page around is told it. */
export function itemsOf(canvas: Locator): Promise<readonly CanvasItem[]> {
  return canvas.evaluate(async (element) => {
    const { exportDrawing } = element as unknown as {
      exportDrawing(): Promise<{ content: { items: CanvasItem[] } }>
    }
    return (await exportDrawing.call(element)).content.items
  })
}

/** How many things are drawn. */
export async function drawn(canvas: Locator): Promise<number> {
  return (await itemsOf(canvas)).length
}

/** A line across the paper of a canvas, at a height in parts of it. */
export async function strokeAt(page: Page, inside: FrameLocator | Page, y: number): Promise<void> {
  const box = await inside.getByTestId('drawing').boundingBox()
  if (!box) throw new Error('the drawing is not on screen')
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * y, { steps: 8 })
  await page.mouse.up()
}
