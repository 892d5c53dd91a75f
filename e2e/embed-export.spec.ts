import { createHash } from 'node:crypto'
import { expect, type Page, test } from '@playwright/test'
import { type OtherSite, serveElsewhere } from './other-origin.ts'
import { type RunningServer, startServer } from './server.ts'

// What an embedding page takes out of a canvas is of the words and the drawing that it has just put in.
let server: RunningServer
let site: OtherSite

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
  site = await serveElsewhere('examples', server.url)
})
test.afterAll(async () => {
  await site.stop()
  await server.stop()
})

interface Canvas {
  setPrompt(prompt: string): Promise<void>
  clear(): Promise<void>
  exportImage(type?: string): Promise<Blob>
}

/** The picture's file after `change`, which does not wait for anything but its own answer. */
function exportedAfter(page: Page, change: 'words' | 'clear' | 'nothing'): Promise<string> {
  return page.locator('#first').evaluate(async (element, what) => {
    const canvas = element as unknown as Canvas
    if (what === 'words') await canvas.setPrompt('words of a moment ago')
    if (what === 'clear') await canvas.clear()
    return (await canvas.exportImage()).text()
  }, change)
}

const digest = (file: string) => createHash('sha256').update(file).digest('hex')

test('a canvas at rest on a refined picture exports none of the words before', async ({ page }) => {
  await page.goto(`${site.url}/element/`)
  const inside = page.frameLocator('#first iframe')
  await expect(inside.locator('.picture')).toHaveAttribute('data-refined', 'true', { timeout: 60_000 })
  const text = await exportedAfter(page, 'words')
  expect(text).toContain('words of a moment ago')
  expect(text).toContain('Size: 512x512')
})

test('nor of the drawing before', async ({ page }) => {
  await page.goto(`${site.url}/element/`)
  const inside = page.frameLocator('#first iframe')
  await expect(inside.locator('.picture')).toHaveAttribute('data-refined', 'true', { timeout: 60_000 })
  const box = await inside.getByTestId('drawing').boundingBox()
  if (!box) throw new Error('the drawing is not on screen')
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.6, { steps: 8 })
  await page.mouse.up()
  for (const refined of ['false', 'true'])
    await expect(inside.locator('.picture')).toHaveAttribute('data-refined', refined)
  const before = digest(await exportedAfter(page, 'nothing'))
  const after = digest(await exportedAfter(page, 'clear'))
  expect(after).not.toBe(before)
  // At rest it is still that one.
  await expect(inside.locator('.picture')).toHaveAttribute('data-refined', 'true')
  expect(digest(await exportedAfter(page, 'nothing'))).toBe(after)
})

interface Told {
  readonly code: string
}

/** Puts canvases onto a page, below `spacerPx` of nothing; their errors are gathered from the start. */
async function putBelow(page: Page, spacerPx: number, surfaces: readonly string[]): Promise<void> {
  await page.goto(`${site.url}/element/`)
  await page.evaluate(
    ({ url, spacer, kinds }) => {
      const space = document.createElement('div')
      space.style.height = `${spacer}px`
      const errors: unknown[] = []
      const canvases = kinds.map((surface) => {
        const canvas = document.createElement('sketchwire-canvas')
        for (const [name, value] of Object.entries({ server: url, surface, drawing: surface }))
          canvas.setAttribute(name, value)
        canvas.addEventListener('error', (event) => errors.push(Reflect.get(event, 'detail')))
        return canvas
      })
      Object.assign(window, { errors })
      document.body.replaceChildren(space, ...canvases)
    },
    { url: server.url, spacer: spacerPx, kinds: surfaces },
  )
}

// Browsers run no animation frames in a frame of another site that is scrolled out of sight.
test('a canvas that nobody has scrolled to gives its picture when it is asked', async ({ page }) => {
  await putBelow(page, 4000, ['plain', 'auto'])
  const sizes = await page.evaluate(() =>
    Promise.all(
      [...document.querySelectorAll('sketchwire-canvas')].map(async (canvas) => {
        const { exportImage } = canvas as unknown as Canvas
        return (await exportImage.call(canvas)).size
      }),
    ),
  )
  for (const size of sizes) expect(size).toBeGreaterThan(1000)
  expect(await page.evaluate('scrollY')).toBe(0)
})

/** As where fingerprinting is resisted: what a canvas gives back has nothing to do with what is on it. */
const canvasesThatHide = () => {
  const bytes = new OffscreenCanvas(8, 8)
  bytes.getContext('2d')?.fillRect(0, 0, 8, 8)
  const noise = bytes.convertToBlob()
  const one = document.createElement('canvas').toDataURL('image/jpeg')
  HTMLCanvasElement.prototype.toDataURL = () => one
  HTMLCanvasElement.prototype.toBlob = (done) => void noise.then(done)
  OffscreenCanvas.prototype.convertToBlob = () => noise
}

test('where the browser hides what canvases hold, that is said, and no noise is exported', async ({
  page,
}) => {
  await page.addInitScript(canvasesThatHide)
  await putBelow(page, 0, ['plain'])
  const notices = page.frameLocator('sketchwire-canvas iframe').getByRole('list', { name: 'Notices' })
  await expect(notices).toContainText('Allow canvas access for this site')
  await expect.poll(() => page.evaluate('errors')).toMatchObject([{ code: 'canvas_hidden' }])
  for (const type of ['image/png', 'image/jpeg']) {
    const refused = await page.locator('sketchwire-canvas').evaluate(async (canvas, type) => {
      const { exportImage } = canvas as unknown as Canvas
      return await exportImage.call(canvas, type).catch((error: Told) => error.code)
    }, type)
    expect(refused, type).toBe('canvas_hidden')
  }
})

test('tools that cannot be loaded are told of', async ({ page }) => {
  // A script that breaks while it loads; this one cannot be helped as Firefox's refusal is.
  await page.addInitScript(() =>
    Object.defineProperty(window, 'BroadcastChannel', {
      configurable: false,
      value: class {
        constructor() {
          throw new DOMException('The operation is insecure', 'SecurityError')
        }
      },
    }),
  )
  await putBelow(page, 0, ['auto'])
  await expect.poll(() => page.evaluate('errors')).toMatchObject([{ code: 'not_loaded' }])
})
