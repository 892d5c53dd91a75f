import { expect, it } from 'vitest'
import { parseTokenRequest, tokenBody } from './fal-tokens.ts'

const parse = (body: unknown) => parseTokenRequest(new TextEncoder().encode(JSON.stringify(body)))

it.each([
  [
    { allowed_apps: ['lcm-sd15-i2i'], token_expiration: 120 },
    { apps: ['lcm-sd15-i2i'], seconds: 120 },
  ],
  [
    { allowed_apps: ['fal-ai/lcm'], duration: 60 },
    { apps: ['fal-ai/lcm'], seconds: 60 },
  ],
  [
    { app: 'fal-ai/lcm/realtime', duration: 300 },
    { apps: ['fal-ai/lcm/realtime'], seconds: 300 },
  ],
  [{}, { apps: [], seconds: 120 }],
])('reads %j', (body, request) => {
  expect(parse(body)).toEqual({ ok: true, request })
})

it('takes no body at all for the defaults', () => {
  expect(parseTokenRequest(new Uint8Array())).toMatchObject({ ok: true, request: { seconds: 120 } })
})

it.each([
  [{ token_expiration: 0 }, 'token_expiration'],
  [{ duration: 1e9 }, 'duration'],
  [{ allowed_apps: 'lcm' }, 'allowed_apps'],
  [{ allowed_apps: [1] }, 'allowed_apps.0'],
])('refuses %j', (body, field) => {
  expect(parse(body)).toMatchObject({ ok: false, error: { code: 'invalid_params', field } })
})

it('answers each endpoint in its own shape', () => {
  expect([tokenBody('t', 'tokens'), tokenBody('t', 'realtime')]).toEqual(['t', { token: 't' }])
})
