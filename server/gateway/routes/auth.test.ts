import { afterEach, expect, it } from 'vitest'
import { memoryServer } from '../testing/memory-server.ts'

const KEY = 'a-key-of-the-studio'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

async function start() {
  const server = await memoryServer({ keys: [KEY] })
  close = server.close
  const ask = async (wish: object) => {
    const headers = { authorization: `Key ${KEY}` }
    const body = JSON.stringify(wish)
    const reply = await server.host.request({ method: 'POST', path: '/api/tokens', headers, body })
    return [reply.status, JSON.parse(String(reply.body))] as const
  }
  return { ...server, ask }
}

it.each(['ada', 'auth0|5f7c', 'ada+news@example.org', 'Ada Lovelace', 'エイダ', '🧑‍🎨'.repeat(40)])(
  'a token may be of %s',
  async (subject) => {
    const { ask, auth } = await start()
    const [status, { token }] = await ask({ subject })
    expect([status, auth.tokens.verify(token)]).toMatchObject([200, { ok: true, subject }])
  },
)

it.each(['', 'ada\nlevel: fatal', 'ada\u0000', 'ada\u2028', 'ada\ud83c', 'a'.repeat(129)])(
  'not of %j, and the refusal says what helps',
  async (subject) => {
    const { ask } = await start()
    const [status, { error, message }] = await ask({ subject })
    expect([status, error.code, error.field]).toEqual([422, 'invalid_message', 'subject'])
    expect(message).toBe('subject: name it in 1 to 128 characters, none of them a control character')
  },
)

it('a token is for twenty origins at most, which the refusal says', async () => {
  const { ask } = await start()
  const origins = Array.from({ length: 21 }, (_, index) => `https://blog${index}.example`)
  expect(await ask({ origins: origins.slice(1) })).toMatchObject([200, {}])
  expect(await ask({ origins })).toMatchObject([
    422,
    { error: { field: 'origins', message: 'origins: name at most 20 of them' } },
  ])
})
