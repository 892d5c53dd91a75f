import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { expect as expectAnything, test, type Page } from '@playwright/test'
import { type RunningServer, startServer } from './server.ts'

const expect = expectAnything.configure({ timeout: 60_000 })
test.setTimeout(180_000)

const KEY = 'the-key-of-a-blog-server'

/** A site with a server of its own, which alone knows the key: its pages get tokens. */
class Blog {
  server: RunningServer | undefined
  /** Origins that its tokens are made for. */
  origins: string[] = []
  tokensMade = 0
  readonly #http: Server

  constructor() {
    this.#http = createServer((request, response) => {
      this.#answer(request.url ?? '/').then(
        ({ type, body }) => response.writeHead(200, { 'content-type': type }).end(body),
        () => response.writeHead(503).end(),
      )
    }).listen(0, '127.0.0.1')
  }

  async url(): Promise<string> {
    if (!this.#http.listening) await once(this.#http, 'listening')
    const address = this.#http.address()
    if (address === null || typeof address === 'string') throw new Error('no port to be had')
    return `http://localhost:${address.port}`
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections()
    this.#http.close()
    await once(this.#http, 'close')
  }

  async #answer(url: string): Promise<{ type: string; body: string }> {
    if (url.startsWith('/token')) return { type: 'text/plain', body: await this.#token() }
    const attributes = decodeURIComponent(new URL(url, 'http://any').search.slice(1))
    const body = `<!doctype html><meta charset="utf-8"><title>A blog</title>
<script src="${this.server?.url}/embed.js"></script>
<sketchwire-canvas ${attributes} surface="plain" prompt="day sea photo"></sketchwire-canvas>
<output></output>
<script>
  const canvas = document.querySelector('sketchwire-canvas')
  const said = []
  canvas.addEventListener('error', ({ detail }) => said.push(detail.code + ': ' + detail.message))
  canvas.addEventListener('error', () => (document.querySelector('output').value = said.join('\\n')))
</script>`
    return { type: 'text/html', body }
  }

  async #token(): Promise<string> {
    this.tokensMade += 1
    const reply = await fetch(`${this.server?.url}/api/tokens`, {
      method: 'POST',
      headers: { authorization: `Key ${KEY}` },
      body: JSON.stringify({ expiresInSeconds: 10, origins: this.origins }),
    })
    const { token } = (await reply.json()) as { token: string }
    return token
  }
}

let blog: Blog
let server: RunningServer

async function startGuarded(port?: number): Promise<RunningServer> {
  const embedders = await blog.url()
  blog.server = await startServer(
    {
      SKETCHWIRE_ENGINE: 'fake',
      HOST: '0.0.0.0',
      SKETCHWIRE_KEYS: KEY,
      SKETCHWIRE_EMBED_ORIGINS: embedders,
    },
    port,
  )
  return blog.server
}

test.beforeAll(async () => {
  blog = new Blog()
  server = await startGuarded()
  blog.origins = [await blog.url()]
})
test.afterAll(async () => {
  await server.stop()
  await blog.stop()
})

/** The page gets a token from its own server whenever the canvas wants one. */
const getsTokens = (page: Page) =>
  page.locator('sketchwire-canvas').evaluate((canvas) => {
    const getToken = async () => {
      const reply = await fetch('/token')
      if (reply.ok) return await reply.text()
      throw new Error(`the blog has no token (${reply.status})`)
    }
    Object.assign(canvas, { getToken })
  })

const inside = (page: Page) => page.frameLocator('sketchwire-canvas iframe')
const picture = (page: Page) => inside(page).getByRole('img', { name: 'Rendered picture' })

test('tokens of the page let the canvas in, and the next one after the first has ended', async ({ page }) => {
  await page.goto(`${await blog.url()}/?controls=minimal`)
  await getsTokens(page)
  await expect(picture(page)).toHaveAttribute('data-seq', /\d+/)
  const made = blog.tokensMade
  expect(made).toBeGreaterThan(0)
  // Longer than the ten seconds of a token.
  await page.waitForTimeout(11_000)
  await server.stop()
  await expect(inside(page).getByTestId('status')).toContainText(/Trying again|Reconnecting|Connecting/)
  server = await startGuarded(server.port)
  await expect(inside(page).getByTestId('status')).toContainText('Up to date')
  expect(blog.tokensMade).toBeGreaterThan(made)
})

test('a wrong token is told in the canvas and as an error, and a right one lets it in', async ({ page }) => {
  await page.goto(
    `${await blog.url()}/?${encodeURIComponent('token="a-token-that-is-none" controls="none"')}`,
  )
  await expect(page.locator('output')).toHaveText(/unauthorized: The server does not know this key or token/)
  await expect(inside(page).getByRole('alert').first()).toContainText("refused the embedding page's key")
  // Nobody who reads a blog has a key: no dialog is in their way.
  await expect(inside(page).getByRole('dialog')).toBeHidden()
  await getsTokens(page)
  await expect(picture(page)).toHaveAttribute('data-seq', /\d+/)
  await expect(inside(page).getByText('refused the key')).toHaveCount(0)
})

test('a token for pages of another origin does not open a canvas in this one', async ({ page }) => {
  blog.origins = ['https://other.example']
  try {
    await page.goto(await blog.url())
    await getsTokens(page)
    await expect(page.locator('output')).toHaveText(
      /unauthorized: This token is for pages of https:\/\/other/,
    )
  } finally {
    blog.origins = [await blog.url()]
  }
})

test('a page without a token leaves it to the person, and says so', async ({ page }) => {
  await page.goto(await blog.url())
  await expect(page.locator('output')).toHaveText(/unauthorized: This server asks for a key/)
  await inside(page).getByRole('button', { name: 'Enter it' }).click()
  const dialog = inside(page).getByRole('dialog', { name: 'This server asks for a key' })
  await dialog.getByLabel('Key').fill('a-key-that-is-none')
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await expect(dialog.getByRole('alert')).toContainText('does not know this key')
  await dialog.getByLabel('Key').fill(KEY)
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await expect(picture(page)).toHaveAttribute('data-seq', /\d+/)
  await expect(dialog).toBeHidden()
})

test('the benchmark page asks for the key, and measures with it', async ({ page }) => {
  await page.goto(`${server.url}/benchmark?transports=rest,binary&seconds=2&shapes=0&steps=1`)
  const dialog = page.getByRole('dialog', { name: 'This server asks for a key' })
  await dialog.getByRole('button', { name: 'Later' }).click()
  await expect(page.getByTestId('bench').getByRole('alert')).toContainText('asks for a key')
  await page.getByRole('button', { name: 'Enter it' }).click()
  await dialog.getByLabel('Key').fill(KEY)
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: 'Measure' }).and(page.locator(':enabled')).click()
  await expect(page.getByTestId('bench')).toHaveAttribute('data-phase', 'done')
  await expect(page.getByRole('table', { name: 'All runs' }).getByRole('row')).toHaveCount(4)
})
