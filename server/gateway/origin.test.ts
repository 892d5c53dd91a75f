import { expect, it } from 'vitest'
import { isAllowedHost, isAllowedOrigin, isOrigin } from './origin.ts'

const APPS = ['tauri://localhost', 'app://obsidian.md', 'chrome-extension://abcdef']
const loopback = { allowed: ['https://draw.example.org', ...APPS], loopbackOnly: true }
const open = { ...loopback, loopbackOnly: false }

it.each([
  ['no browser', undefined, 'localhost:7878', true],
  ['its own page', 'http://localhost:7878', 'localhost:7878', true],
  ['next dev on another port', 'http://localhost:3000', '127.0.0.1:7878', true],
  ['another loopback name', 'http://[::1]:3000', 'localhost:7878', true],
  ['a listed origin', 'https://draw.example.org', 'localhost:7878', true],
  ['a listed name under another scheme', 'http://draw.example.org', 'localhost:7878', false],
  ['a listed app', 'app://obsidian.md', 'localhost:7878', true],
  ['a listed app of this machine', 'tauri://localhost', 'localhost:7878', true],
  ['a listed extension', 'chrome-extension://abcdef', 'localhost:7878', true],
  ['another extension', 'chrome-extension://fedcba', 'localhost:7878', false],
  ['an app that is not listed', 'capacitor://localhost', 'localhost:7878', false],
  ['a site of the name of a listed app', 'https://obsidian.md', 'localhost:7878', false],
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

it.each([
  ['localhost:7878', true],
  ['LocalHost', true],
  ['queue.localhost:7878', true],
  ['127.0.0.1:7878', true],
  ['[::1]:7878', true],
  ['192.168.1.7:7878', true],
  ['draw.example.org', true],
  ['draw.example.org:8443', true],
  ['queue.draw.example.org', true],
  ['fal.run', true],
  ['queue.fal.run:443', true],
  ['110602490-lcm-sd15-i2i.gateway.alpha.fal.ai', true],
  ['v3.fal.media', true],
  ['evil.example:7878', false],
  ['127.0.0.1.evil.example', false],
  ['notdraw.example.org', false],
  // Listed is the app, which is on no network; the name belongs to somebody else.
  ['obsidian.md', false],
  ['a.obsidian.md', false],
  ['abcdef', false],
  ['example.org', false],
  ['fal.run.evil.example', false],
  ['', false],
])('a loopback server that is called %j', (host, allowed) => {
  expect(isAllowedHost(host, loopback)).toBe(allowed)
  expect(isAllowedHost(host, open)).toBe(true)
})

it.each([
  ['https://draw.example.org', true],
  ['http://localhost:3000', true],
  ['tauri://localhost', true],
  ['capacitor://localhost', true],
  ['app://obsidian.md', true],
  ['chrome-extension://abcdefghijklmnop', true],
  ['https://draw.example.org/', false],
  ['https://Draw.example.org', false],
  ['tauri://localhost/', false],
  ['app://me@obsidian.md', false],
  ['file://', false],
  ['data:text/html,x', false],
  ['null', false],
  ['*', false],
  ['draw.example.org', false],
])('%j is an origin: %s', (text, is) => {
  expect(isOrigin(text)).toBe(is)
})
