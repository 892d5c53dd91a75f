import { expect, type Page, test } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'
import { tableOf, untilStored } from './stored.ts'
import { Studio } from './studio.ts'

// A browser that refuses to keep anything: a full disk, a private window. Nobody is stopped from drawing, nothing is
// lost while it lasts, and it is said what to do.
let server: RunningServer

// Every test has a browser's storage of its own.
test.describe.configure({ mode: 'parallel' })

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

const shapes = (page: Page) => page.locator('.tl-shape')
const notices = (page: Page) => page.getByRole('list', { name: 'Notices' })
const REFUSED = 'This browser does not keep the drawing'

/**
 * Writes fail from `storageIsFull(true)` until `storageIsFull(false)`, as they do where the quota is used up: the request
 * succeeds, and its transaction is taken back.
 */
const storageThatFills = () => {
  const { put } = IDBObjectStore.prototype
  let full = sessionStorage.getItem('full') === 'true'
  Object.assign(window, {
    storageIsFull: (now: boolean) => {
      full = now
      sessionStorage.setItem('full', String(now))
    },
  })
  IDBObjectStore.prototype.put = function (...args) {
    const request = put.apply(this, args)
    if (full) request.addEventListener('success', () => this.transaction.abort())
    return request
  }
}

/** All of it, but for the preferences that these tests themselves set. */
const storageThatIsOff = () => {
  const { setItem } = Storage.prototype
  Storage.prototype.setItem = function (name, value) {
    if (name !== 'sketchwire:preferences') throw new DOMException('Refused', 'SecurityError')
    setItem.call(this, name, value)
  }
  IDBFactory.prototype.open = () => {
    throw new DOMException('A mutation operation was attempted', 'InvalidStateError')
  }
  // Firefox counts them as storage: a visitor without cookies has none.
  Object.assign(window, {
    BroadcastChannel: class {
      constructor() {
        throw new DOMException('The operation is insecure', 'SecurityError')
      }
    },
  })
}

/** What the page asks with the browser's own dialogs; the question before leaving is answered with yes. */
function dialogsOf(page: Page): string[] {
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    if (dialog.type() !== 'beforeunload') asked.push(dialog.message())
    void dialog.accept()
  })
  return asked
}

async function strokeAt(studio: Studio, y: number): Promise<void> {
  await studio.changing(() =>
    studio.stroke([
      [0.1, y],
      [0.9, y + 0.05],
    ]),
  )
}

for (const surface of ['tldraw', 'plain'])
  test(`storage that is full stops nobody, and what is drawn meanwhile is not lost: ${surface}`, async ({
    page,
  }) => {
    const asked = dialogsOf(page)
    const full = (now: boolean) => page.evaluate(`storageIsFull(${now})`)
    const undo = page.getByRole('button', { name: 'Undo' })
    await page.addInitScript(storageThatFills)
    const studio = new Studio(page)
    await studio.open(`${server.url}/?surface=${surface}`)
    const address = `${page.url()}&surface=${surface}`
    await strokeAt(studio, 0.1)
    const blank = await studio.pixels()
    await untilStored(studio)

    await full(true)
    await page.evaluate('window.isStillHere = true')
    await strokeAt(studio, 0.3)
    await expect(notices(page)).toContainText(REFUSED)
    await strokeAt(studio, 0.5)
    await expect(undo).toBeEnabled()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save to a file' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^drawing-.*\.sketchwire\.json$/)
    expect(await page.evaluate('window.isStillHere')).toBe(true)
    expect(asked).toEqual([])
    const drawn = await shapes(page).count()

    // The page goes while storage is full: what it left elsewhere is put back.
    await page.goto(address)
    await studio.settled()
    if (surface === 'tldraw') await expect(shapes(page)).toHaveCount(drawn)

    // Storage is there again: it is kept without another stroke, and the words go.
    await strokeAt(studio, 0.7)
    await expect(notices(page)).toContainText(REFUSED)
    await full(false)
    if (surface === 'plain') await strokeAt(studio, 0.8)
    await expect(notices(page)).not.toContainText(REFUSED)
    const after = await studio.pixels()
    await page.evaluate('localStorage.clear()')
    await page.goto(address)
    await studio.settled()
    if (surface === 'tldraw') await expect(shapes(page)).toHaveCount(drawn + 1)
    expect(await studio.pixels()).toEqual(after)
    expect(blank).not.toEqual(after)
    expect(asked).toEqual([])
  })

for (const surface of ['tldraw', 'plain'])
  test(`storage that is off is said, the page draws all the same, and Back returns to it: ${surface}`, async ({
    page,
  }) => {
    const asked = dialogsOf(page)
    await page.addInitScript(storageThatIsOff)
    const studio = new Studio(page)
    await studio.open(`${server.url}/?surface=${surface}`)
    await expect(notices(page)).toContainText(REFUSED)
    const before = (await studio.saved()).length
    await strokeAt(studio, 0.3)
    expect(await studio.saved()).toHaveLength(before + 1)
    const address = page.url()
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'New drawing' }).click()
    await expect(page).not.toHaveURL(address)
    expect(await studio.saved()).toEqual([])
    await page.goBack()
    await expect(page).toHaveURL(address)
    expect(await studio.saved()).toHaveLength(before + 1)

    const refusal = notices(page).getByRole('listitem').filter({ hasText: REFUSED })
    await refusal.getByRole('button', { name: 'Dismiss' }).click()
    await expect(notices(page)).not.toContainText(REFUSED)
    expect(asked).toEqual([])
  })

test('two tabs that show one drawing draw on one page', async ({ context }) => {
  const [first, second] = [new Studio(await context.newPage()), new Studio(await context.newPage())]
  await first.open(server.url)
  await first.page.bringToFront()
  await strokeAt(first, 0.2)
  await untilStored(first)
  const before = await shapes(first.page).count()
  await second.page.goto(first.page.url())
  await expect(shapes(second.page)).toHaveCount(before)
  await second.page.bringToFront()
  await strokeAt(second, 0.6)
  await expect(shapes(first.page)).toHaveCount(before + 1)

  // And have one strip of pins.
  const pins = ({ page }: Studio) => page.locator('.pin')
  await second.page.getByRole('button', { name: 'Pin', exact: true }).click()
  await expect(pins(second)).toHaveCount(1)
  await expect(pins(first)).toHaveCount(1)
})

test('the bytes of a photo go with it, once no tab is left that could take its end back', async ({
  context,
}) => {
  const [first, second] = [new Studio(await context.newPage()), new Studio(await context.newPage())]
  await first.open(server.url)
  const { page } = first
  await page.bringToFront()
  const key = `sketchwire-${new URL(page.url()).searchParams.get('d')}`
  const bytes = async () => (await tableOf(page, `TLDRAW_DOCUMENT_v2${key}`, 'assets')).length
  const photos = page.locator('.tl-image[src^="blob:"]')
  const add = (colour: string) => first.changing(() => addPhoto(page, colour))
  await add('red')
  await add('blue')
  await expect(photos).toHaveCount(2)
  await expect.poll(bytes).toBe(2)
  await first.changing(() => page.keyboard.press('Delete'))
  await expect(photos).toHaveCount(1)
  await untilStored(first)

  await second.page.goto(page.url())
  await second.settled()
  await page.reload()
  await expect(photos).toHaveCount(1)
  await expect.poll(bytes).toBe(2)
  await second.page.close()
  await page.reload()
  await expect(photos).toHaveCount(1)
  expect(await bytes()).toBe(1)
})

/** Of one colour, through the button. */
async function addPhoto(page: Page, colour: string): Promise<void> {
  const png = await page.evaluate((fill) => {
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no 2d context')
    context.fillStyle = fill
    context.fillRect(0, 0, canvas.width, canvas.height)
    return canvas.toDataURL().split(',')[1] ?? ''
  }, colour)
  const buffer = Buffer.from(png, 'base64')
  await page.getByLabel('Photo file').setInputFiles({ name: `${colour}.png`, mimeType: 'image/png', buffer })
}

test('two tabs that show one plain drawing draw on one page', async ({ context }) => {
  const [first, second] = [new Studio(await context.newPage()), new Studio(await context.newPage())]
  await first.open(`${server.url}/?surface=plain`)
  const address = `${first.page.url()}&surface=plain`
  await second.page.goto(address)
  await second.page.bringToFront()
  await second.settled()
  await strokeAt(second, 0.6)
  await first.page.bringToFront()
  await strokeAt(first, 0.8)
  await first.page.goto(address)
  const kept = await first.saved()
  // The example below them is filled.
  expect(kept.slice(-2)).toMatchObject([{ filled: false }, { filled: false }])
  await second.page.bringToFront()
  await expect.poll(() => second.saved()).toEqual(kept)
})

/** Reads the record of a plain drawing, or puts another in its place. */
function plainRecord(page: Page, key: string, value?: object): Promise<unknown> {
  return page.evaluate(
    ([name, record]) =>
      new Promise<unknown>((resolve, reject) => {
        const opening = indexedDB.open('sketchwire-plain')
        opening.onerror = () => reject(opening.error)
        opening.onupgradeneeded = () => opening.result.createObjectStore('drawings')
        opening.onsuccess = () => {
          // Where nobody drew yet it is new, and as an earlier version made it.
          const drawings = opening.result.transaction('drawings', 'readwrite').objectStore('drawings')
          const request = record ? drawings.put(record, name) : drawings.get(name)
          request.transaction!.oncomplete = () => {
            opening.result.close()
            resolve(request.result)
          }
        }
      }),
    [key, value] as const,
  )
}

test('a drawing that cannot be read is not written over, and what is drawn meanwhile is added to it', async ({
  page,
}) => {
  const studio = new Studio(page)
  const later = { plain: 2, strokes: [] }
  await page.goto(`${server.url}/embed.json`)
  await plainRecord(page, 'sketchwire-later', later)
  await studio.open(`${server.url}/?d=later&surface=plain`)
  await expect(notices(page)).toContainText(REFUSED)
  await strokeAt(studio, 0.3)
  // Words are written later than strokes are: it would have been by then.
  await studio.say('words of later')
  await studio.keeps('words of later')
  expect(await plainRecord(page, 'sketchwire-later')).toEqual(later)

  // It can be read again.
  const [drawn] = await studio.saved()
  const stored = { ...Object(drawn), colour: 'red' }
  await plainRecord(page, 'sketchwire-later', { plain: 1, items: [stored] })
  dialogsOf(page)
  await page.reload()
  expect(await studio.saved()).toEqual([stored, drawn])
})
