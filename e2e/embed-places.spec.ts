import { test, type Page } from '@playwright/test'
import { drawn, embedExamples, expect, insideOf, onlyCanvas, painted, strokeAt } from './embedding.ts'
import { serveElsewhere } from './other-origin.ts'

// Which drawing belongs to which canvas of a page, when nobody named it, or gave it a name that is none.
const embedding = embedExamples()

test('a canvas that comes later, or moves, shares no drawing with another', async ({ page }) => {
  await page.goto(`${embedding.site.url}/element/`)
  const names = await page.evaluate(async () => {
    const shown = async (...canvases: Element[]) => {
      const frames = () => canvases.map((canvas) => canvas.shadowRoot?.querySelector('iframe'))
      while (frames().some((frame) => !frame)) await new Promise(requestAnimationFrame)
      return frames().map((frame) => new URL(frame?.src ?? '').searchParams.get('drawing'))
    }
    const add = () => document.createElement('sketchwire-canvas')
    const [first, second] = ['first', 'second'].map((id) => document.getElementById(id)!)
    const loaded = await shown(first!, second!)
    const above = add()
    document.body.prepend(above)
    const inserted = await shown(above, first!, second!)
    first!.remove()
    const after = add()
    document.body.append(after)
    const appended = await shown(above, second!, after)
    document.body.prepend(second!)
    const moved = await shown(above, second!, after)
    return { loaded, inserted, appended, moved }
  })
  const places = (of: (string | null)[]) =>
    of.map((name) => name?.replace(/^embed-[a-z0-9]+-|-[a-z0-9]+$/g, ''))
  expect(places(names.loaded)).toEqual(['0', '1'])
  expect(places(names.inserted)).toEqual(['2', '0', '1'])
  expect(places(names.appended)).toEqual(['2', '1', '0'])
  expect(names.moved).toEqual(names.appended)

  // Browsers that can move an element as it is leave its frame alone.
  const isSame = await page.evaluate(() => {
    const canvas = document.getElementById('second')!
    const windowOf = () => canvas.shadowRoot?.querySelector('iframe')?.contentWindow
    const before = windowOf()
    const body = document.body as HTMLElement & { moveBefore(node: Node, child: Node | null): void }
    body.moveBefore(canvas, null)
    return body.lastElementChild === canvas && before !== null && windowOf() === before
  })
  expect(isSame).toBe(true)
})

test('canvases in shadow trees have drawings of their own', async ({ page }) => {
  await page.goto(`${embedding.site.url}/element/`)
  const names = await page.evaluate(async (address) => {
    const roots = [0, 1].map(() => {
      const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' })
      root.innerHTML = `<sketchwire-canvas server="${address}"></sketchwire-canvas>`
      return root
    })
    const frameIn = (root: ShadowRoot) => root.firstElementChild?.shadowRoot?.querySelector('iframe')?.src
    while (roots.some((root) => !frameIn(root))) await new Promise(requestAnimationFrame)
    return roots.map((root) => new URL(frameIn(root) ?? '').searchParams.get('drawing'))
  }, embedding.server.url)
  expect(names[0]).toMatch(/^embed-[a-z0-9]+-s0-[a-z0-9]+$/)
  expect(names[1]).toMatch(/^embed-[a-z0-9]+-s1-[a-z0-9]+$/)
})

test('pages of two origins share no drawing that nobody named, though their paths are the same', async ({
  page,
}) => {
  const { site, server } = embedding
  const other = await serveElsewhere('examples', server.url)
  const drawnOn = async (where: typeof site) => {
    await onlyCanvas(page, { server, site: where }, 'surface="plain"')
    await painted(insideOf(page))
    return drawn(page.locator('sketchwire-canvas'))
  }
  expect(await drawnOn(site)).toBe(0)
  await strokeAt(page, insideOf(page), 0.5)
  await expect.poll(() => drawn(page.locator('sketchwire-canvas'))).toBe(1)
  expect(await drawnOn(other)).toBe(0)
  expect(await drawnOn(site)).toBe(1)
  await other.stop()
})

/** Which drawings canvases show, by their place; frames are those that hold them. */
async function drawingsIn(page: Page, frames: readonly string[]): Promise<(string | null)[]> {
  const names = frames.map((frame) =>
    page
      .frameLocator(frame)
      .locator('sketchwire-canvas')
      .evaluate(async (canvas) => {
        const frameOf = () => canvas.shadowRoot?.querySelector('iframe')
        while (!frameOf()) await new Promise((resolve) => setTimeout(resolve, 20))
        return new URL(frameOf()?.src ?? '').searchParams.get('drawing')
      }),
  )
  return Promise.all(names)
}

test('frames without an address have drawings of their own, the same ones after a reload', async ({
  page,
}) => {
  const { site, server } = embedding
  const markup = `<script src='${server.url}/embed.js'></script><sketchwire-canvas></sketchwire-canvas>`
  const frame = (id: string) => `<iframe id="${id}" srcdoc="${markup}"></iframe>`
  const load = async () => {
    await page.goto(`${site.url}/element/`)
    await page.evaluate((html) => void (document.body.innerHTML = html), frame('one') + frame('two'))
    return drawingsIn(page, ['#one', '#two'])
  }
  const names = await load()
  expect(new Set(names).size).toBe(2)
  expect(await load()).toEqual(names)
  // The place of one that has gone is free; the others keep theirs.
  await page.evaluate((html) => {
    document.getElementById('one')?.remove()
    document.body.insertAdjacentHTML('beforeend', html)
  }, frame('three'))
  expect(await drawingsIn(page, ['#three', '#two'])).toEqual(names)
})

test('names that are none are told in the console, and share no drawing', async ({ page }) => {
  const { site, server } = embedding
  const told: string[] = []
  page.on('console', (message) => message.type() === 'warning' && told.push(message.text()))
  await page.goto(`${site.url}/element/`)
  const names = await page.evaluate(async (address) => {
    document.body.innerHTML = ['my boat', 'your boat', 'my boat']
      .map((name) => `<sketchwire-canvas server="${address}" drawing="${name}"></sketchwire-canvas>`)
      .join('')
    const canvases = [...document.querySelectorAll('sketchwire-canvas')]
    const frames = () => canvases.map((canvas) => canvas.shadowRoot?.querySelector('iframe'))
    while (frames().some((frame) => !frame)) await new Promise(requestAnimationFrame)
    return frames().map((frame) => new URL(frame?.src ?? '').searchParams.get('drawing'))
  }, server.url)
  expect(names[0]).toMatch(/^embed-[a-z0-9]+-n[a-z0-9]+-[a-z0-9]+$/)
  expect(names[1]).not.toBe(names[0])
  expect(names[2]).toBe(names[0])
  expect(told.filter((text) => text.includes('is no name of a drawing'))).toEqual([
    expect.stringContaining('drawing="my boat"'),
    expect.stringContaining('drawing="your boat"'),
  ])
})
