import { expect, it } from 'vitest'
import { probe } from './probe.ts'
import { good, SERVER } from './testing/fake-page.ts'

/** What a page of `origin` is told that the server does not let in. */
async function refusalOf(origin: string): Promise<string> {
  const { body, ...answer } = good({ allowed: false })()
  const trouble = await probe({
    server: SERVER,
    origin,
    fetch: async () => ({ ...answer, json: () => Promise.resolve(body) }),
    signal: new AbortController().signal,
    refusal: () => Promise.resolve(undefined),
  })
  expect(trouble).toMatchObject({ error: { code: 'forbidden_origin', value: origin }, retry: false })
  return trouble?.error.message ?? ''
}

it.each(['null', 'file://'])(
  'tells a page of %s, which no server can let in, what would help',
  async (origin) => {
    const message = await refusalOf(origin)
    expect(message).toContain('npx serve')
    expect(message).toContain('sandbox="allow-scripts allow-same-origin"')
    expect(message).not.toContain('SKETCHWIRE_EMBED_ORIGINS')
  },
)

it('names the setting that lets a page in which has an origin', async () => {
  const message = await refusalOf('https://blog.example.org')
  expect(message).toContain('SKETCHWIRE_EMBED_ORIGINS=https://blog.example.org')
  expect(message).not.toContain('sandbox')
})
