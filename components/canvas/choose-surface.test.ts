import { describe, expect, it } from 'vitest'
import { chooseSurface, type SurfaceFacts } from './choose-surface.ts'

const at = (address: string, facts: Partial<SurfaceFacts> = {}) => {
  const { protocol, hostname } = new URL(address)
  return chooseSurface({ asked: 'auto', protocol, hostname, hasKey: false, isProduction: true, ...facts })
}

describe('which canvas a page gets', () => {
  it('is the plain one on a public https page without a tldraw key', () => {
    expect(at('https://draw.example.org')).toBe('plain')
    expect(at('https://10.0.0.7')).toBe('plain')
    expect(at('https://localhost.example.org')).toBe('plain')
  })

  it.each(['http://draw.example.org', 'http://localhost:7878', 'https://localhost', 'https://127.0.0.1'])(
    'is tldraw on %s, which its licence counts as development',
    (address) => expect(at(address)).toBe('tldraw'),
  )

  it('is tldraw with a key, and while the page is developed', () => {
    expect(at('https://draw.example.org', { hasKey: true })).toBe('tldraw')
    expect(at('https://draw.example.org', { isProduction: false })).toBe('tldraw')
  })

  it('is the plain one wherever it is asked for', () => {
    expect(at('http://localhost', { asked: 'plain', hasKey: true })).toBe('plain')
  })
})
