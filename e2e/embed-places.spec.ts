import { expect as expectAnything, test } from '@playwright/test'
import { type OtherSite, serveElsewhere } from './other-origin.ts'
import { type RunningServer, startServer } from './server.ts'

// Which of the drawings that nobody named belongs to which canvas of a page.
const expect = expectAnything.configure({ timeout: 60_000 })
test.setTimeout(180_000)

let server: RunningServer
let site: OtherSite

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
  site = await serveElsewhere('examples', server.url)
})
test.afterAll(async () => {
  await site.stop()
  await server.stop()
})

test('a canvas that comes later, or moves, shares no drawing with another', async ({ page }) => {
  await page.goto(`${site.url}/element/`)
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
  const places = (of: (string | null)[]) => of.map((name) => name?.replace(/^embed-[a-z0-9]+-/, ''))
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
  await page.goto(`${site.url}/element/`)
  const names = await page.evaluate(async (address) => {
    const roots = [0, 1].map(() => {
      const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' })
      root.innerHTML = `<sketchwire-canvas server="${address}"></sketchwire-canvas>`
      return root
    })
    const frameIn = (root: ShadowRoot) => root.firstElementChild?.shadowRoot?.querySelector('iframe')?.src
    while (roots.some((root) => !frameIn(root))) await new Promise(requestAnimationFrame)
    return roots.map((root) => new URL(frameIn(root) ?? '').searchParams.get('drawing'))
  }, server.url)
  expect(names[0]).toMatch(/^embed-[a-z0-9]+-s0$/)
  expect(names[1]).toMatch(/^embed-[a-z0-9]+-s1$/)
})
