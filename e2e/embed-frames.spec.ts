import { test, type Locator } from '@playwright/test'
import {
  type CanvasItem,
  drawn,
  embedExamples,
  expect,
  insideOf,
  itemsOf,
  onlyCanvas,
  painted,
} from './embedding.ts'
import { behindNetwork } from './other-origin.ts'

// A canvas in a document that is no page of its own or behind a network, and files that fall beside the sheet of one.
const embedding = embedExamples()

test('a frame without an address of its own has its page’s origin, and a sandboxed one is told what it lacks', async ({
  page,
}) => {
  const { site, server } = embedding
  await page.goto(`${site.url}/nothing-here`)
  const markup = `<script src='${server.url}/embed.js'></script>
    <sketchwire-canvas surface='plain' drawing='framed'></sketchwire-canvas>`
  await page.setContent(`<iframe id="framed" width="800" height="700" srcdoc="${markup}"></iframe>
    <iframe id="sandboxed" sandbox="allow-scripts" srcdoc="${markup}"></iframe>`)
  const framed = page.frameLocator('#framed')
  await painted(insideOf(framed))
  expect(await drawn(framed.locator('sketchwire-canvas'))).toBe(0)
  const words = page.frameLocator('#sandboxed').getByRole('status')
  await expect(words).toContainText('the page has no origin')
  await expect(words).toContainText('allow-same-origin')
})

test('as many words as may be come to a canvas whose server is behind a network', async ({ page }) => {
  const network = await behindNetwork(embedding.server.url)
  const prompt = '海'.repeat(2000)
  const server = { ...embedding.server, url: network.url }
  await onlyCanvas(page, { server, site: embedding.site }, `surface="plain" prompt="${prompt}"`)
  const inside = insideOf(page)
  await painted(inside)
  await expect(inside.getByRole('textbox', { name: 'Prompt' })).toHaveValue(prompt)
  await network.stop()
})

/** Lets go of a file over a part of a page; whether the browser would leave the page for it. */
function leavesFor(
  over: Locator,
  file: { name: string; mimeType: string; base64: string },
): Promise<boolean> {
  return over.evaluate((element, { name, mimeType: type, base64 }) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([bytes], name, { type }))
    const send = (what: string) =>
      element.dispatchEvent(new DragEvent(what, { dataTransfer, bubbles: true, cancelable: true }))
    return [send('dragover'), send('drop')].some((isLeft) => isLeft)
  }, file)
}

const points = [
  [-200, 0, 0.5],
  [200, 0, 0.5],
]
const stroke = { kind: 'stroke', colour: 'black', width: 'm', filled: false, points }
const saved = { format: 'sketchwire', version: 1, content: { plain: 1, items: [stroke] } }
const DRAWING = {
  name: 'boat.sketchwire.json',
  mimeType: 'application/json',
  base64: Buffer.from(JSON.stringify(saved)).toString('base64'),
}
const PHOTO = {
  name: 'dot.png',
  mimeType: 'image/png',
  base64: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
}
/** Two pixels beside each other. */
const WIDE = {
  name: 'wide.png',
  mimeType: 'image/png',
  base64: 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAC0lEQVR42mNoAAMACocDAVdiaIEAAAAASUVORK5CYII=',
}

test('files that fall beside the sheet of a canvas are taken, and its page stays', async ({ page }) => {
  await onlyCanvas(page, embedding, 'surface="plain"')
  const canvas = page.locator('sketchwire-canvas')
  const inside = insideOf(page)
  await painted(inside)
  const beside = inside.locator('.embed-foot')

  expect(await leavesFor(beside, DRAWING)).toBe(false)
  await expect.poll(() => drawn(canvas)).toBe(1)
  expect(await leavesFor(beside, PHOTO)).toBe(false)
  await expect.poll(() => drawn(canvas)).toBe(2)

  const sheet = inside.getByTestId('drawing')
  const before = await itemsOf(canvas)
  await canvas.evaluate((element) => element.setAttribute('readonly', ''))
  await expect(sheet).toHaveAttribute('inert')
  expect(await leavesFor(beside, DRAWING)).toBe(false)
  for (const photo of [PHOTO, PHOTO]) expect(await leavesFor(sheet, photo)).toBe(false)

  // None of them was only late: the one after them is there, and they are not.
  await canvas.evaluate((element) => element.removeAttribute('readonly'))
  await expect(sheet).not.toHaveAttribute('inert')
  expect(await leavesFor(beside, WIDE)).toBe(false)
  const isWide = ({ w, h }: CanvasItem) => w !== undefined && w === 2 * (h ?? 0)
  await expect.poll(async () => (await itemsOf(canvas)).some(isWide)).toBe(true)
  expect((await itemsOf(canvas)).slice(0, -1)).toEqual(before)
})
