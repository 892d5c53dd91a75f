import { expect, type Page, test } from '@playwright/test'
import { pageAround, serveElsewhere } from './other-origin.ts'
import { type RunningServer, startServer } from './server.ts'
import { Studio } from './studio.ts'

// Whose words they are: what somebody typed is applied, and nothing that they only looked at.
let server: RunningServer

test.beforeAll(async () => {
  server = await startServer({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_FAKE_STEP_MS: '20' })
})
test.afterAll(async () => {
  await server.stop()
})

/** What the server says waits from now on; returns the release. */
async function heldConnection(page: Page): Promise<() => void> {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.routeWebSocket(/\/api\/live/, (socket) => {
    const upstream = socket.connectToServer()
    upstream.onMessage((message) => void gate.then(() => socket.send(message)))
  })
  return release
}

/** The prompts of the pictures that an embedded canvas has painted from now on, as it tells them to the page around it. */
async function wordsOfPictures(page: Page): Promise<() => Promise<string[]>> {
  const words = await page.evaluateHandle(() => {
    const heard: string[] = []
    window.addEventListener(
      'message',
      ({ data }: MessageEvent<{ type: string; detail: { prompt: string } }>) => {
        if (data.type === 'frame') heard.push(data.detail.prompt)
      },
    )
    return heard
  })
  return () => words.jsonValue()
}

test('a look into the box before the connection is there leaves the saved words as they were', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await studio.say('a lighthouse')
  await studio.prompt.blur()
  await studio.keeps('a lighthouse')
  const release = await heldConnection(page)
  await page.reload()
  await expect(studio.prompt).toHaveValue('a lighthouse')
  await studio.prompt.focus()
  await studio.prompt.blur()
  release()
  await studio.settled()
  await expect(studio.prompt).toHaveValue('a lighthouse')
})

test('the Enter that takes a word of an input method does not leave the box, in Safari neither', async ({
  page,
}) => {
  const studio = new Studio(page)
  await studio.open(server.url)
  await studio.prompt.focus()
  await studio.prompt.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: false })
  await expect(studio.prompt).toBeFocused()
  await studio.prompt.press('Enter')
  await expect(studio.prompt).not.toBeFocused()
})

test('words that the embedding page sets while the box has the focus are not taken back', async ({
  page,
}) => {
  const site = await serveElsewhere('examples', server.url)
  try {
    await page.goto(`${site.url}/nothing-here`)
    const address = `${server.url}/embed?surface=plain&drawing=host-words&host=${site.url}`
    await page.setContent(pageAround(address))
    const inside = page.frameLocator('iframe')
    const prompt = inside.getByRole('textbox', { name: 'Prompt' })
    const set = (words: string) =>
      page.evaluate(
        (text) =>
          window.frames[0]?.postMessage({ sketchwire: 1, id: 1, type: 'setPrompt', prompt: text }, '*'),
        words,
      )
    const paintedWords = await wordsOfPictures(page)
    await expect(inside.getByRole('img', { name: 'Rendered picture' })).toHaveAttribute('data-seq', /\d+/)
    await prompt.focus()
    await set('words of the page')
    await expect(prompt).toHaveValue('words of the page')
    await prompt.blur()
    await expect(prompt).toHaveValue('words of the page')

    // Also when something was typed before, and has been applied.
    await prompt.fill('typed')
    await expect.poll(paintedWords).toContain('typed')
    await set('words of the page again')
    await expect(prompt).toHaveValue('words of the page again')
    await prompt.blur()
    await expect(prompt).toHaveValue('words of the page again')
  } finally {
    await site.stop()
  }
})
