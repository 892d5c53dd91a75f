import { expect, type Page, test } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { decodeBinary } from '../lib/protocol/frame.ts'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// The pixels that leave the page are looked at, not what a model makes of them.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '1' })
})
test.afterAll(async () => {
  await server.stop()
})

interface Shape {
  readonly type: string
  rotation: number
  opacity: number
  props: Record<string, unknown>
}
interface DrawingFile {
  content: { shapes: Shape[] }
}

/** Keeps the picture of the last frame that the page sent; to be called before it is opened. */
function lastSent(page: Page): { image: Uint8Array } {
  const last = { image: new Uint8Array() }
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (typeof payload !== 'string') last.image = new Uint8Array(decodeBinary(payload).image)
    }),
  )
  return last
}

async function savedDrawing(page: Page): Promise<DrawingFile> {
  await page.getByRole('button', { name: 'Menu' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save to file' }).click(),
  ])
  return JSON.parse(await readFile(await download.path(), 'utf8')) as DrawingFile
}

async function openDrawing(studio: Studio, drawing: DrawingFile): Promise<void> {
  const address = studio.page.url()
  const buffer = Buffer.from(JSON.stringify(drawing))
  const file = { name: 'a.sketchwire.json', mimeType: 'application/json', buffer }
  await studio.page.locator('input[accept*=json]').setInputFiles(file)
  await expect.poll(() => studio.page.url()).not.toBe(address)
  await studio.settled()
}

/** Largest mean difference (0..255) of two pictures over any square of 8 x 8 pixels. */
function worstBlock(page: Page, images: readonly Uint8Array[]): Promise<number> {
  return page.evaluate(
    async (all) => {
      const [a, b] = await Promise.all(
        all.map(async (base64) => {
          const bitmap = await createImageBitmap(
            await (await fetch(`data:image/jpeg;base64,${base64}`)).blob(),
          )
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
          context?.drawImage(bitmap, 0, 0)
          return context?.getImageData(0, 0, bitmap.width, bitmap.height)
        }),
      )
      if (!a || !b || a.width !== b.width) throw new Error('nothing to compare')
      const side = a.width / 8
      const sums = new Array<number>(side * side).fill(0)
      a.data.forEach((value, index) => {
        const pixel = Math.floor(index / 4)
        const block = Math.floor(pixel / a.width / 8) * side + Math.floor((pixel % a.width) / 8)
        sums[block] = (sums[block] ?? 0) + Math.abs(value - (b.data[index] ?? 0)) / (64 * 3)
      })
      return Math.max(...sums)
    },
    images.map((image) => Buffer.from(image).toString('base64')),
  )
}

test('what the pen and the shape tools draw is sent as tldraw itself would export it', async ({ page }) => {
  const studio = new Studio(page)
  const sent = lastSent(page)
  await studio.open(server.url)
  await page.getByRole('button', { name: 'Clear the page' }).click()
  await drawOneOfEach(studio)
  const drawing = await savedDrawing(page)
  expect(new Set(drawing.content.shapes.map(({ type }) => type))).toEqual(new Set(['draw', 'geo', 'line']))
  for (const shape of drawing.content.shapes) shape.rotation = 0.2
  const [large] = drawing.content.shapes
  if (large) large.props = { ...large.props, scale: 2 }
  const pen = drawing.content.shapes.at(-1)
  expect(pen?.props['isPen']).toBe(true)

  await openDrawing(studio, drawing)
  const painted = sent.image
  // As good as opaque, and enough to leave it to the export.
  for (const shape of drawing.content.shapes) shape.opacity = 0.999
  await openDrawing(studio, drawing)
  const exported = sent.image
  expect(Buffer.from(painted).equals(exported)).toBe(false)
  const worst = await worstBlock(page, [painted, exported])
  console.log(`paths against export: ${worst.toFixed(1)} of 255 in the worst block`)
  expect(worst).toBeLessThan(6)

  // How hard the pen was pressed is in the pixels.
  if (pen) pen.props = { ...pen.props, isPen: false }
  await openDrawing(studio, drawing)
  expect(await worstBlock(page, [painted, sent.image])).toBeGreaterThan(20)

  for (const shape of drawing.content.shapes) shape.props = { ...shape.props, size: 'l' }
  await openDrawing(studio, drawing)
  expect(await worstBlock(page, [painted, sent.image])).toBeGreaterThan(20)
})

async function drawOneOfEach(studio: Studio): Promise<void> {
  const { page } = studio
  const tool = (name: string) => page.getByRole('button', { name, exact: true }).first().click()
  await studio.stroke([
    [0.1, 0.1],
    [0.3, 0.2],
    [0.2, 0.3],
  ])
  await studio.stroke([
    [0.6, 0.1],
    [0.9, 0.15],
    [0.8, 0.3],
  ])
  // Closed, and so filled.
  await studio.stroke([
    [0.4, 0.4],
    [0.55, 0.4],
    [0.55, 0.55],
    [0.4, 0.55],
    [0.4, 0.4],
  ])
  await studio.stroke([[0.2, 0.5]])
  for (const [index, name] of ['Rectangle', 'Ellipse', 'Triangle', 'Line'].entries()) {
    await tool(name)
    await studio.stroke([
      [0.12 + index * 0.2, 0.7],
      [0.25 + index * 0.2, 0.85],
    ])
  }
  await tool('Pen')
  await penStroke(studio)
  await studio.settled()
}

/** From left to right, pressed ever harder. */
async function penStroke({ page, drawing }: Studio): Promise<void> {
  const box = await drawing.boundingBox()
  if (!box) throw new Error('the drawing is not on screen')
  const pen = await page.context().newCDPSession(page)
  const send = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', along: number) =>
    pen.send('Input.dispatchMouseEvent', {
      type,
      x: box.x + box.width * (0.15 + 0.7 * along),
      y: box.y + box.height * 0.62,
      pointerType: 'pen',
      force: 0.05 + 0.75 * along,
      button: 'left',
      buttons: 1,
      clickCount: 1,
    })
  await send('mousePressed', 0)
  for (let step = 1; step <= 20; step++) await send('mouseMoved', step / 20)
  await send('mouseReleased', 1)
}
