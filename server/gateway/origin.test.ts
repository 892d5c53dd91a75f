import { expect, it } from 'vitest'
import { isAllowedOrigin } from './origin.ts'

const loopback = { allowed: ['https://draw.example.org'], loopbackOnly: true }
const open = { ...loopback, loopbackOnly: false }

it.each([
  ['no browser', undefined, 'localhost:7878', true],
  ['its own page', 'http://localhost:7878', 'localhost:7878', true],
  ['next dev on another port', 'http://localhost:3000', '127.0.0.1:7878', true],
  ['another loopback name', 'http://[::1]:3000', 'localhost:7878', true],
  ['a listed origin', 'https://draw.example.org', 'localhost:7878', true],
  ['a listed name under another scheme', 'http://draw.example.org', 'localhost:7878', false],
  ['a stranger', 'https://evil.example', 'localhost:7878', false],
  ['a name that only begins like ours', 'http://localhost.evil.example', 'localhost:7878', false],
  ['a name rebound to this machine', 'http://evil.example:7878', 'evil.example:7878', false],
  ['a sandboxed page', 'null', 'localhost:7878', false],
  ['a file or an extension', 'file://', 'localhost:7878', false],
  ['nonsense', 'not an origin', 'localhost:7878', false],
])('on a loopback server, %s', (_name, origin, host, allowed) => {
  expect(isAllowedOrigin(origin, host, loopback)).toBe(allowed)
})

it.each([
  ['its own name', 'http://studio.lan:7878', 'studio.lan:7878', true],
  ['its own name in capitals', 'http://studio.lan:7878', 'Studio.lan:7878', true],
  ['another port of it', 'http://studio.lan:80', 'studio.lan:7878', false],
  ['a stranger', 'https://evil.example', 'studio.lan:7878', false],
  ['a stranger, to no host', 'https://evil.example', undefined, false],
])('on a server reached by name, %s', (_name, origin, host, allowed) => {
  expect(isAllowedOrigin(origin, host, open)).toBe(allowed)
})
