import { afterEach, expect, it, vi } from 'vitest'
import { browserHostEnvironment } from './host-environment.ts'

afterEach(() => void vi.unstubAllGlobals())

/** A page as its browser tells of it: `location.origin` and `self.origin`. */
function originOf(ofAddress: string, ofPage: string): string {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('location', { origin: ofAddress })
  vi.stubGlobal('self', { origin: ofPage })
  return browserHostEnvironment().origin
}

it.each([
  ['a page', 'https://blog.example.org', 'https://blog.example.org', 'https://blog.example.org'],
  ['a frame of srcdoc or about:blank', 'null', 'https://blog.example.org', 'https://blog.example.org'],
  ['a sandboxed frame', 'https://blog.example.org', 'null', 'null'],
  ['a file', 'file://', 'null', 'null'],
  ['a page with a variable of that name', 'https://blog.example.org', 'Berlin', 'https://blog.example.org'],
])('knows the origin of %s', (_, ofAddress, ofPage, expected) => {
  expect(originOf(ofAddress, ofPage)).toBe(expected)
})
