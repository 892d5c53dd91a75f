import { test, type Locator } from '@playwright/test'
import { drawn, embedExamples, expect, insideOf, onlyCanvas, painted } from './embedding.ts'

// A canvas in a document that is no page of its own, and files that fall beside the sheet of one.
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

  await canvas.evaluate((element) => element.setAttribute('readonly', ''))
  await expect(inside.getByTestId('drawing')).toHaveAttribute('inert')
  expect(await leavesFor(beside, DRAWING)).toBe(false)
  expect(await leavesFor(inside.getByTestId('drawing'), PHOTO)).toBe(false)
  expect(await drawn(canvas)).toBe(2)
})
