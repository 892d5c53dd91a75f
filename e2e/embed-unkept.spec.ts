import { test } from '@playwright/test'
import { drawn, embedExamples, expect, insideOf, onlyCanvas, painted, strokeAt } from './embedding.ts'

// A browser that keeps nothing for the frames of other sites: the drawing is with the page that embeds it.
const embedding = embedExamples()

/** In every frame. */
const storageThatIsOff = () => {
  Storage.prototype.setItem = () => {
    throw new DOMException('Refused', 'SecurityError')
  }
  IDBFactory.prototype.open = () => {
    throw new DOMException('A mutation operation was attempted', 'InvalidStateError')
  }
}

/** Notes on the page around how many strokes the canvas told it last. */
const tellsStrokes = () =>
  window.addEventListener('message', ({ data }: MessageEvent<{ type?: string; drawing?: string }>) => {
    if (data.type !== 'drawing' || data.drawing === undefined) return
    document.documentElement.dataset['told'] = String(JSON.parse(data.drawing).content.items.length)
  })

test('a drawing goes along when its canvas is taken off the page and put back', async ({ page }) => {
  await page.addInitScript(storageThatIsOff)
  await page.addInitScript(tellsStrokes)
  await onlyCanvas(page, embedding, 'surface="plain" drawing="unkept"')
  const canvas = page.locator('sketchwire-canvas')
  const inside = insideOf(page)
  const around = page.locator('html')
  await painted(inside)
  const notices = inside.getByRole('list', { name: 'Notices' })
  await expect(notices).toContainText('This browser does not keep the drawing')
  await expect(notices).not.toContainText('pins')
  await strokeAt(page, inside, 0.3)
  await strokeAt(page, inside, 0.6)
  await expect(around).toHaveAttribute('data-told', '2')
  await canvas.evaluate((element) => document.body.append(element))
  await painted(inside)
  await expect.poll(() => drawn(canvas)).toBe(2)

  await strokeAt(page, inside, 0.8)
  await expect(around).toHaveAttribute('data-told', '3')
  await canvas.evaluate(async (element) => {
    element.remove()
    await new Promise((resolve) => setTimeout(resolve, 500))
    document.body.append(element)
  })
  await painted(inside)
  await expect.poll(() => drawn(canvas)).toBe(3)
})
