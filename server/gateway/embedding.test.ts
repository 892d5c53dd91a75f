import { describe, expect, it } from 'vitest'
import { embedFacts, frameAncestors, headersForOthers, mayEmbed, refuseFraming } from './embedding.ts'
import type { RequestHead } from './host.ts'

const rule = { allowed: ['https://blog.example.org'], loopbackOnly: false }
const local = { allowed: [], loopbackOnly: true }
const head = (path: string, headers: Record<string, string> = {}): RequestHead => ({
  method: 'GET',
  path,
  query: '',
  headers: { host: 'draw.example.org', ...headers },
  remoteAddress: '',
})
const framed = (referer: string) => head('/embed', { 'sec-fetch-dest': 'iframe', referer })

describe('who may embed', () => {
  it('is the listed origins, exactly, and the server itself', () => {
    expect(mayEmbed('https://blog.example.org', 'draw.example.org', rule)).toBe(true)
    expect(mayEmbed('https://draw.example.org', 'draw.example.org', rule)).toBe(true)
    for (const other of [
      'http://blog.example.org',
      'https://blog.example.org:8443',
      'https://blog.example.org.evil.net',
      'https://evil.net',
      'http://localhost:3000',
      'null',
      '',
    ])
      expect(mayEmbed(other, 'draw.example.org', rule)).toBe(false)
  })

  it('is any page of this machine, where the server is for this machine alone', () => {
    expect(mayEmbed('http://localhost:3000', '127.0.0.1:7878', local)).toBe(true)
    expect(mayEmbed('https://blog.example.org', '127.0.0.1:7878', local)).toBe(false)
    // What the browser's rule cannot name is refused in words, not by a grey box.
    for (const name of ['draw.localhost', '127.0.0.1', '127.0.0.2', '[::1]']) {
      const said = frameAncestors('/embed.html', local).includes(name.replace('draw', '*'))
      expect(mayEmbed(`http://${name}:3000`, '127.0.0.1:7878', local)).toBe(said)
    }
  })

  it('is told to the browser for /embed, and for no other page', () => {
    expect(frameAncestors('/embed.html', rule)).toBe("'self' https://blog.example.org")
    expect(frameAncestors('/embed/index.html', rule)).toBe("'self' https://blog.example.org")
    expect(frameAncestors('/index.html', rule)).toBe("'self'")
    expect(frameAncestors('/embed.html', local)).toContain('http://localhost:*')
  })
})

it('what others load is let into a page with COEP, and nothing else is', () => {
  const corp = { 'cross-origin-resource-policy': 'cross-origin' }
  const coep = { 'cross-origin-embedder-policy': 'require-corp' }
  for (const page of ['/embed.html', '/embed/index.html'])
    expect(headersForOthers(page)).toEqual({ ...corp, ...coep })
  for (const script of ['/embed.js', '/client.js']) expect(headersForOthers(script)).toMatchObject(corp)
  expect(headersForOthers('/index.html')).toEqual({})
})

describe('a frame on a page that may not', () => {
  it('gets the reason and the remedy instead of the canvas', () => {
    const reply = refuseFraming(framed('https://evil.net/some/page'), rule)
    expect(reply?.status).toBe(403)
    expect(String(reply?.body)).toContain('SKETCHWIRE_EMBED_ORIGINS=https://evil.net<')
    expect(reply?.headers['content-security-policy']).toContain("default-src 'none'")
    expect(reply?.headers).toMatchObject(headersForOthers('/embed.html'))
  })

  it('is not what a listed page, a page of ours or a window of its own gets', () => {
    expect(refuseFraming(framed('https://blog.example.org/post'), rule)).toBeUndefined()
    expect(refuseFraming(framed('https://draw.example.org/'), rule)).toBeUndefined()
    expect(refuseFraming(head('/embed', { referer: 'https://evil.net/' }), rule)).toBeUndefined()
    expect(refuseFraming(head('/', { ...framed('https://evil.net').headers }), rule)).toBeUndefined()
  })

  it('cannot write markup into the page through its address', () => {
    const body = String(refuseFraming(framed('https://a"b.net/<script>x</script>'), rule)?.body ?? '')
    expect(body).not.toContain('<script')
  })
})

describe('GET /embed.json', () => {
  const facts = (origin?: string) =>
    JSON.parse(String(embedFacts(head('/embed.json', origin === undefined ? {} : { origin }), rule)?.body))

  it('tells any origin whether it may, and which version of the messages is spoken', () => {
    expect(facts('https://blog.example.org')).toEqual({ product: 'sketchwire', embed: 1, allowed: true })
    expect(facts('https://evil.net')).toMatchObject({ allowed: false })
    expect(facts()).toMatchObject({ allowed: true })
    expect(embedFacts(head('/embed.json'), rule)?.headers['access-control-allow-origin']).toBe('*')
  })

  it('leaves every other path alone', () => {
    expect(embedFacts(head('/embed'), rule)).toBeUndefined()
  })
})
