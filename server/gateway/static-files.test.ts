import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RequestHead } from './host.ts'
import { contentSecurityPolicy, StaticFiles } from './static-files.ts'

const root = mkdtempSync(join(tmpdir(), 'pages-'))
const script = 'self.__next_f.push([1,"hi"])'
const page = `<html><script src="/_next/static/a.js" async=""></script><script>${script}</script></html>`
const big = 'const a = 1\n'.repeat(500)
let files: StaticFiles

beforeAll(() => {
  mkdirSync(join(root, 'out/_next/static'), { recursive: true })
  mkdirSync(join(root, 'out/embed'))
  writeFileSync(join(root, 'secret.txt'), 'secret')
  writeFileSync(join(root, 'out/index.html'), page)
  writeFileSync(join(root, 'out/benchmark.html'), 'benchmark')
  writeFileSync(join(root, 'out/embed/index.html'), 'embed')
  writeFileSync(join(root, 'out/404.html'), 'nothing here')
  writeFileSync(join(root, 'out/a b.svg'), '<svg/>')
  writeFileSync(join(root, 'out/_next/static/a.js'), big)
  mkdirSync(join(root, 'out/tldraw-assets/fonts'), { recursive: true })
  writeFileSync(join(root, 'out/tldraw-assets/version.txt'), '5.4.2')
  writeFileSync(join(root, 'out/tldraw-assets/fonts/hand.woff2'), 'glyphs')
  files = new StaticFiles(join(root, 'out'))
})
afterAll(() => rmSync(root, { recursive: true }))

const head = (path: string, headers: Record<string, string> = {}): RequestHead => ({
  method: 'GET',
  path,
  query: '',
  headers,
  remoteAddress: '',
})
const get = (path: string, headers: Record<string, string> = {}) => files.respond(head(path, headers))
const bodyOf = async (path: string) => (await get(path))?.body.toString()

describe('static files', () => {
  it('finds pages with and without their ending', async () => {
    expect(await bodyOf('/')).toBe(page)
    expect(await bodyOf('/index.html')).toBe(page)
    expect(await bodyOf('/benchmark')).toBe('benchmark')
    expect(await bodyOf('/embed')).toBe('embed')
    expect(await bodyOf('/embed/')).toBe('embed')
    expect(await bodyOf('/a%20b.svg')).toBe('<svg/>')
  })

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/embed/../../secret.txt',
    '//secret.txt',
    '/..\\secret.txt',
    '/%00',
    '/%',
  ])('has no way out through %s', async (path) => {
    expect(await get(path)).toBeUndefined()
  })

  it('has no way out through anything', async () => {
    const part = fc.constantFrom('..', '.', '/', '\\', '%2e', '%2f', 'secret.txt', 'out', '%5c', '')
    await fc.assert(
      fc.asyncProperty(fc.array(part), async (parts) => {
        expect(String((await get(`/${parts.join('')}`))?.body ?? '')).not.toBe('secret')
      }),
    )
  })

  it('lets browsers keep hashed files for ever and ask again for pages', async () => {
    expect((await get('/_next/static/a.js'))?.headers['cache-control']).toContain('immutable')
    expect((await get('/'))?.headers['cache-control']).toBe('no-cache')
  })

  it("lets them keep tldraw's files of the version that is here, where that is asked for", async () => {
    const kept = async (path: string, query: string) =>
      (await files.respond({ ...head(path), query }))?.headers['cache-control']
    const font = '/tldraw-assets/fonts/hand.woff2'
    expect(await kept(font, 'v=5.4.2')).toContain('immutable')
    expect(await kept(font, 'v=5.4.1')).toBe('no-cache')
    expect(await kept(font, '')).toBe('no-cache')
    expect(await kept('/', 'v=5.4.2')).toBe('no-cache')
    expect(
      await files.respond({ ...head('/tldraw-assets/fonts/gone.woff2'), query: 'v=5.4.2' }),
    ).toBeUndefined()
    const empty = new StaticFiles(join(root, 'out/embed'))
    expect((await empty.respond({ ...head('/index.html'), query: 'v=undefined' }))?.headers).toMatchObject({
      'cache-control': 'no-cache',
    })
  })

  it('answers a page that has not changed with 304', async () => {
    const etag = (await get('/'))?.headers['etag'] ?? ''
    expect(await get('/', { 'if-none-match': `"x", W/${etag}` })).toMatchObject({ status: 304, body: '' })
    expect(await get('/', { 'if-none-match': '"other"' })).toMatchObject({ status: 200 })
  })

  it('compresses what shrinks for those who can read it, each encoding under its own etag', async () => {
    const plain = await get('/_next/static/a.js')
    const brotli = await get('/_next/static/a.js', { 'accept-encoding': 'gzip, deflate, br' })
    const gzip = await get('/_next/static/a.js', { 'accept-encoding': 'gzip, br;q=0' })
    expect(plain?.headers).not.toHaveProperty('content-encoding')
    expect(brotli?.headers).toMatchObject({
      'content-encoding': 'br',
      vary: 'accept-encoding',
      'content-type': 'text/javascript; charset=utf-8',
    })
    expect(gzip?.headers['content-encoding']).toBe('gzip')
    expect(brotliDecompressSync(brotli?.body ?? '').toString()).toBe(big)
    expect(gunzipSync(gzip?.body ?? '').toString()).toBe(big)
    expect(new Set([plain, brotli, gzip].map((reply) => reply?.headers['etag'])).size).toBe(3)
  })

  it('allows the inline scripts that were exported, by hash, and no others', async () => {
    const policy = (await get('/'))?.headers['content-security-policy'] ?? ''
    const hash = createHash('sha256').update(script).digest('base64')
    const scripts = policy.split('; ').find((part) => part.startsWith('script-src'))
    expect(scripts).toBe(`script-src 'self' 'sha256-${hash}'`)
    expect(policy).toContain("frame-ancestors 'self'")
    expect(contentSecurityPolicy('<p>no script</p>')).toContain("script-src 'self';")
  })

  it('has a page for what is not there, and says what to do when nothing was built', async () => {
    expect(await files.notFound(head('/x'))).toMatchObject({ status: 404 })
    expect(String((await files.notFound(head('/x'))).body)).toBe('nothing here')
    const empty = new StaticFiles(join(root, 'nowhere'))
    expect(String((await empty.notFound(head('/'))).body)).toContain('npm run build:app')
  })
})
