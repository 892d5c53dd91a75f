import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { expect as expectAnything, test, type FrameLocator, type Page } from '@playwright/test'
import { type OtherSite, serveElsewhere } from './other-origin.ts'
import { type RunningServer, startServer } from './server.ts'

/** A page with two canvases loads two editors and paints two first pictures on the machine's two cores. */
const expect = expectAnything.configure({ timeout: 60_000 })
test.setTimeout(180_000)

const NEXT_EXAMPLE = 'examples/next'
let server: RunningServer
let site: OtherSite

test.beforeAll(async () => {
  server = await startServer()
  site = await serveElsewhere('examples', server.url)
})
test.afterAll(async () => {
  await site.stop()
  expect(await server.stop()).toBe(0)
})

const insideOf = (page: Page, element: string): FrameLocator => page.frameLocator(`${element} iframe`)

/** Waits until the canvas inside an element has painted. */
async function painted(page: Page, element: string): Promise<FrameLocator> {
  const inside = insideOf(page, element)
  await expect(inside.getByRole('img', { name: 'Rendered picture' })).toHaveAttribute('data-seq', /\d+/)
  return inside
}

async function scribble(page: Page, inside: FrameLocator): Promise<void> {
  const box = await inside.getByTestId('drawing').boundingBox()
  if (!box) throw new Error('the drawing is not on screen')
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.6, { steps: 8 })
  await page.mouse.up()
}

/** A frame of an origin that nobody knows, which runs `script`. */
async function addStranger(page: Page, script: string): Promise<void> {
  await page.evaluate((words) => {
    const stranger = document.createElement('iframe')
    stranger.sandbox.add('allow-scripts')
    stranger.srcdoc = `<script>${words}</script>`
    document.body.append(stranger)
  }, script)
}

test.describe('a canvas in a page of another origin', () => {
  test('as elements: several on a page, driven by methods, told by events', async ({ page }) => {
    await page.goto(`${site.url}/element/`)
    const inside = await painted(page, '#first')
    // Out of sight, a frame of another origin gets no animation frames.
    await page.locator('#second').scrollIntoViewIfNeeded()
    await painted(page, '#second')
    await page.locator('#first').scrollIntoViewIfNeeded()
    await expect(page.locator('#news')).toHaveText(/picture \d+/)
    await scribble(page, inside)

    const result = await page.evaluate(async () => {
      const canvas = document.querySelector('#first')
      if (!canvas || !('exportDrawing' in canvas)) throw new Error('no element')
      const element = canvas as unknown as {
        exportDrawing(): Promise<{ content: { shapes: unknown[] } }>
        loadDrawing(drawing: object): Promise<void>
        exportImage(): Promise<Blob>
        setPrompt(prompt: string): Promise<void>
        clear(): Promise<void>
        ignoredMessages: number
      }
      const drawn = await element.exportDrawing()
      await element.clear()
      const cleared = await element.exportDrawing()
      await element.loadDrawing(drawn)
      const loaded = await element.exportDrawing()
      await element.setPrompt('night sea photo')
      const image = await element.exportImage()
      const refusal = await element.setPrompt('a'.repeat(2001)).catch((error: { code: string }) => error.code)
      const counts = [drawn, cleared, loaded].map(({ content }) => content.shapes.length)
      const heard = new Promise<void>((resolve) =>
        window.addEventListener('message', ({ source }) => source === window && resolve()),
      )
      window.postMessage({ sketchwire: 1, type: 'hello' }, '*')
      await heard
      return { counts, type: image.type, bytes: image.size, refusal, ignored: element.ignoredMessages }
    })
    expect(result).toMatchObject({
      counts: [1, 0, 1],
      type: 'image/png',
      refusal: 'invalid_params',
      ignored: 1,
    })
    expect(result.bytes).toBeGreaterThan(1000)
    await expect(inside.getByRole('textbox', { name: 'Prompt' })).toHaveValue('night sea photo')

    // A third page in this one, of an origin of its own, claims to be the canvas.
    const forged = "{ sketchwire: 1, type: 'error', detail: { code: 'x', message: 'x' } }"
    await addStranger(page, `parent.postMessage(${forged}, '*')`)
    const ignored = () =>
      page
        .locator('#first')
        .evaluate((canvas) => (canvas as unknown as { ignoredMessages: number }).ignoredMessages)
    await expect.poll(ignored).toBe(2)

    await page.reload()
    await painted(page, '#first')
    const kept = await page.evaluate(async () => {
      const canvas = document.querySelector('#first') as unknown as {
        exportDrawing(): Promise<{ content: { shapes: unknown[] } }>
      }
      return (await canvas.exportDrawing()).content.shapes.length
    })
    expect(kept).toBe(1)
  })

  test('as the client alone, with a canvas of the page itself', async ({ page }) => {
    await page.goto(`${site.url}/canvas/`)
    const box = await page.locator('#drawing').boundingBox()
    if (!box) throw new Error('no canvas')
    const often = { intervals: [50] }
    /** Of the picture, in pixels: 256 while one draws, 512 some time after. 0 before the first. */
    const width = () =>
      page.locator('#picture').evaluate((element) => {
        const canvas = element as HTMLCanvasElement
        return canvas.getContext('2d')?.getImageData(0, 0, 1, 1).data[3] ? canvas.width : 0
      })
    await expect.poll(width, often).toBe(512)
    await page.mouse.move(box.x + 50, box.y + 50)
    await page.mouse.down()
    await page.mouse.move(box.x + 200, box.y + 220, { steps: 20 })
    await page.mouse.up()
    await expect.poll(width, often).toBe(256)
  })

  test('as a React component, from the built package in a Next.js page', async ({ page }) => {
    test.setTimeout(240_000)
    execFileSync('npm', ['run', 'build:package'], { stdio: 'pipe' })
    rmSync(`${NEXT_EXAMPLE}/node_modules`, { recursive: true, force: true })
    mkdirSync(`${NEXT_EXAMPLE}/node_modules`)
    symlinkSync('../../../dist/package', `${NEXT_EXAMPLE}/node_modules/sketchwire`)
    const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_PUBLIC_SKETCHWIRE: server.url }
    execFileSync(process.execPath, ['node_modules/next/dist/bin/next', 'build', NEXT_EXAMPLE], {
      stdio: 'pipe',
      env,
    })
    const elsewhere = await serveElsewhere(`${NEXT_EXAMPLE}/out`, server.url)
    try {
      await page.goto(elsewhere.url)
      const inside = await painted(page, 'sketchwire-canvas')
      await expect(page.locator('output')).toHaveText(/picture \d+/)
      await page.getByRole('button', { name: 'Make it night' }).click()
      await expect(inside.getByRole('textbox', { name: 'Prompt' })).toHaveValue('night sea island photo')
    } finally {
      await elsewhere.stop()
    }
  })
})

test.describe('what a canvas in a page cannot have', () => {
  test('is named, and the default is used', async ({ page }) => {
    await page.goto(`${server.url}/embed?strength=7&colour=red&view=result&steps=49`)
    const words = page.getByRole('alert').first()
    await expect(words).toContainText('strength=7 is not a number from 0 to 1')
    await expect(words).toContainText('colour is no option')
    await expect(words).toContainText('steps=49 is outside what')
    await expect(page.locator('main')).toHaveAttribute('data-view', 'result')
  })

  test('orders from another origin than that of its page: they are ignored, and counted', async ({
    page,
  }) => {
    await page.goto(`${site.url}/nothing-here`)
    const address = `${server.url}/embed?surface=plain&drawing=strangers&host=${site.url}`
    await page.setContent(`<iframe src="${address}" width="800" height="600"></iframe>`)
    const inside = page.frameLocator('iframe').first()
    const prompt = inside.getByRole('textbox', { name: 'Prompt' })
    await expect(prompt).toBeVisible()
    const before = await prompt.inputValue()
    const order = "{ sketchwire: 1, id: 1, type: 'setPrompt', prompt: 'from a stranger' }"
    await addStranger(page, `parent.frames[0].postMessage(${order}, '*')`)
    await expect(inside.locator('html')).toHaveAttribute('data-ignored-messages', '1')
    await expect(prompt).toHaveValue(before)
    // The page itself may.
    await page.evaluate(
      (words) =>
        window.frames[0]?.postMessage({ sketchwire: 1, id: 2, type: 'setPrompt', prompt: words }, '*'),
      'day sea photo',
    )
    await expect(prompt).toHaveValue('day sea photo')
  })

  test('a server that does not let the page embed it says so, in words and as an error', async ({ page }) => {
    const strict = await startServer({
      SKETCHWIRE_ENGINE: 'fake',
      HOST: '0.0.0.0',
      SKETCHWIRE_KEYS: 'the-key-of-an-embedding-test',
      SKETCHWIRE_EMBED_ORIGINS: 'https://blog.example.org',
    })
    const stranger = await serveElsewhere('examples', strict.url)
    try {
      await page.goto(`${stranger.url}/element/`)
      await expect(page.locator('#news')).toHaveText(new RegExp(`SKETCHWIRE_EMBED_ORIGINS=${stranger.url}`))
      await expect(page.locator('#first').getByRole('status')).toContainText('does not let pages of')
      await page.setContent(`<iframe src="${strict.url}/embed" width="600" height="300"></iframe>`)
      await expect(page.frameLocator('iframe').locator('body')).toContainText('does not let pages of')
    } finally {
      await stranger.stop()
      await strict.stop()
    }
  })

  test('a server that is not there yet is named, and found once it is', async ({ page }) => {
    const gone = await startServer({ SKETCHWIRE_ENGINE: 'fake' })
    await gone.stop()
    await page.goto(`${site.url}/element/`)
    await page.locator('#second').evaluate((element, url) => element.setAttribute('server', url), gone.url)
    await expect(page.locator('#second').getByRole('status')).toContainText(`No answer from ${gone.url}`)
    const back = await startServer({ SKETCHWIRE_ENGINE: 'fake' }, gone.port)
    try {
      await page.locator('#second').scrollIntoViewIfNeeded()
      await painted(page, '#second')
    } finally {
      await back.stop()
    }
  })
})

/** Dark pixels of the paper. */
function inkOf(element: Element): number {
  const canvas = element as HTMLCanvasElement
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
  let dark = 0
  for (let i = 0; i < data.length; i += 4) if ((data[i] ?? 255) < 128) dark += 1
  return dark
}

test('the plain canvas draws, erases, undoes and keeps, where tldraw may not be shown', async ({ page }) => {
  const address = `${server.url}/embed?surface=plain&drawing=plain-1`
  await page.goto(`${address}#prompt=day+sea+photo`)
  const picture = page.getByRole('img', { name: 'Rendered picture' })
  await expect(picture).toHaveAttribute('data-seq', /\d+/)
  const paper = page.getByRole('img', { name: 'Paper to draw on' })
  const ink = () => paper.evaluate(inkOf)
  const box = await paper.boundingBox()
  if (!box) throw new Error('no paper')
  const line = async (y: number) => {
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * y)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * y, { steps: 10 })
    await page.mouse.up()
  }
  const before = Number(await picture.getAttribute('data-seq'))
  await line(0.3)
  await line(0.6)
  await expect.poll(ink).toBeGreaterThan(500)
  const both = await ink()
  await expect.poll(async () => Number(await picture.getAttribute('data-seq'))).toBeGreaterThan(before)
  await page.getByRole('button', { name: 'Eraser' }).click()
  await line(0.3)
  await expect.poll(ink).toBeLessThan(both * 0.7)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(ink).toBe(both)
  await page.keyboard.press('Control+z')
  await expect.poll(ink).toBeLessThan(both * 0.7)
  await page.keyboard.press('Control+Shift+z')
  await expect.poll(ink).toBe(both)
  // Other words behind the `#` are another address, though browsers load no page for them.
  await page.goto(`${address}#prompt=night+sea`)
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toHaveValue('night sea')
  await expect.poll(ink).toBe(both)
})

test.describe('the plain canvas', () => {
  test('is shown without the code of tldraw', async ({ page }) => {
    const scripts: Promise<string>[] = []
    page.on('response', (response) => {
      if (response.url().endsWith('.js')) scripts.push(response.text().catch(() => ''))
    })
    const holdsTldraw = async () => (await Promise.all(scripts)).some((text) => text.includes('tl-container'))
    await page.goto(`${server.url}/embed?surface=plain&drawing=plain-2`)
    await expect(page.getByRole('img', { name: 'Rendered picture' })).toHaveAttribute('data-seq', /\d+/)
    await page.waitForLoadState('networkidle')
    expect(await holdsTldraw()).toBe(false)
    await page.goto(`${server.url}/embed?drawing=full-2`)
    await expect(page.getByRole('img', { name: 'Rendered picture' })).toHaveAttribute('data-seq', /\d+/)
    await expect.poll(holdsTldraw).toBe(true)
  })

  test('takes two fingers for a gesture of the page, and draws nothing of it', async ({ browser }) => {
    const phone = await browser.newPage({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    await phone.goto(`${server.url}/embed?surface=plain&drawing=plain-3&controls=none`)
    const paper = phone.getByRole('img', { name: 'Paper to draw on' })
    await expect(phone.getByRole('img', { name: 'Rendered picture' })).toHaveAttribute('data-seq', /\d+/)
    const box = await paper.boundingBox()
    if (!box) throw new Error('no paper')
    const devtools = await phone.context().newCDPSession(phone)
    const fingers = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...at: [number, number][]) =>
      devtools.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: at.map(([x, y], id) => ({ x: box.x + box.width * x, y: box.y + box.height * y, id })),
      })
    const ink = () => paper.evaluate(inkOf)
    await fingers('touchStart', [0.2, 0.2])
    await fingers('touchMove', [0.3, 0.25])
    await fingers('touchStart', [0.3, 0.25], [0.6, 0.6])
    for (let i = 1; i <= 6; i++) await fingers('touchMove', [0.3 - 0.02 * i, 0.25], [0.6 + 0.04 * i, 0.6])
    await fingers('touchEnd')
    await expect.poll(() => phone.evaluate(() => window.visualViewport?.scale)).toBeGreaterThan(1)
    await expect.poll(ink).toBe(0)
    await fingers('touchStart', [0.4, 0.3])
    for (let i = 1; i <= 6; i++) await fingers('touchMove', [0.4 + 0.03 * i, 0.3 + 0.02 * i])
    await fingers('touchEnd')
    await expect.poll(ink).toBeGreaterThan(50)
    await phone.close()
  })
})
