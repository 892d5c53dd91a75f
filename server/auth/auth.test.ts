import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../lib/std/testing/fake-clock.ts'
import { Authenticator } from './authenticator.ts'
import { TICKET_LIFE_SECONDS } from './tickets.ts'

const KEY = 'studio-key-0123456789'

function world(keys: readonly string[] = [KEY], tokenSecret?: string) {
  const clock = new FakeClock()
  const epochMs = () => 1_700_000_000_000 + clock.now()
  const slowed: string[] = []
  const onSlowed = (network: string) => slowed.push(network)
  const auth = new Authenticator({ keys, tokenSecret, clock, epochMs, onSlowed })
  const ask = async (authorization?: string, query = '', address = '10.0.0.7') =>
    await auth.identify({ authorization, query: new URLSearchParams(query), address })
  return { clock, auth, ask, slowed }
}

const GRANT = { lifeSeconds: 60, origins: ['https://blog.example'], apps: ['lcm'] }

describe('a server with keys', () => {
  it.each([
    `Key ${KEY}`,
    `key ${KEY}`,
    `Bearer ${KEY}`,
    `Basic ${Buffer.from(`anyone:${KEY}`).toString('base64')}`,
  ])('knows %s', async (authorization) => {
    expect(await world().ask(authorization)).toMatchObject({ via: 'key' })
  })

  it.each([
    ['nothing', undefined],
    ['a wrong key', 'Key studio-key-012345678'],
    ['a longer key', `Key ${KEY}x`],
    ['an unknown scheme', `Digest ${KEY}`],
    ['a scheme alone', 'Key'],
    ['an empty key', 'Key  '],
  ])('does not know %s', async (_name, authorization) => {
    expect(await world().ask(authorization)).toMatchObject({ code: 'unauthorized' })
  })

  it('tells keys and addresses apart without ever naming a key', async () => {
    const { ask } = world([KEY, 'another-key-0123456789'])
    const callers = await Promise.all([
      ask(`Key ${KEY}`),
      ask(`Key ${KEY}`, '', '10.0.0.8'),
      ask('Key another-key-0123456789'),
    ])
    expect(new Set(callers.map((one) => 'caller' in one && one.caller)).size).toBe(3)
    expect(JSON.stringify(callers)).not.toContain('-key-')
  })

  it('takes whoever comes from one network of IPv6 for one caller: their address is another every day', async () => {
    const callerAt = async (keys: readonly string[], address: string) => {
      const known = await world(keys).ask(`Key ${KEY}`, '', address)
      return 'caller' in known && known.caller
    }
    for (const keys of [[KEY], []]) {
      const caller = await callerAt(keys, '2001:db8:1:2::1')
      expect(caller).toContain('2001:db8:1:2::/64')
      expect(await callerAt(keys, '2001:db8:1:2:3:4:5:6')).toBe(caller)
      expect(await callerAt(keys, '2001:db8:1:3::1')).not.toBe(caller)
    }
  })

  it('knows a token in the header and in the query until it expires', async () => {
    const { auth, ask, clock } = world()
    const { token, lifeSeconds, expiresAtMs } = await auth.tokens.issue({ ...GRANT, subject: 'ada' })
    expect([lifeSeconds, expiresAtMs]).toEqual([60, 1_700_000_060_000])
    const of = { origins: ['https://blog.example'], apps: ['lcm'], expiresAtMs }
    const ada = { caller: 'token:ada', via: 'token', ...of }
    expect(await ask(`Bearer ${token}`)).toEqual(ada)
    expect(await ask(undefined, `fal_jwt_token=${token}`)).toEqual(ada)
    expect(await ask(undefined, `token=${token}`)).toEqual(ada)
    clock.advance(61_000)
    expect(await ask(`Bearer ${token}`)).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('expired'),
    })
  })

  it("knows a key in the two parts that fal's bare sockets put into the query, or as the second with any id", async () => {
    const { ask } = world(['id-of-fal:secret-0123456789', KEY])
    const both = (id: string, secret: string) => ask(undefined, `fal_key_id=${id}&fal_key_secret=${secret}`)
    expect(await both('id-of-fal', 'secret-0123456789')).toMatchObject({ via: 'key' })
    expect(await both('whatever', KEY)).toMatchObject({ via: 'key' })
    for (const [id, secret] of [
      ['other-id', 'secret-0123456789'],
      ['id-of-fal', ''],
      [KEY, 'whatever'],
    ] as const)
      expect(await both(id, secret)).toMatchObject({ code: 'unauthorized' })
    expect(await ask(undefined, `fal_key_secret=${KEY}`)).toMatchObject({ code: 'unauthorized' })
  })

  it('knows no token of another server, of a key taken away, of another algorithm, or without an end', async () => {
    const { ask } = world()
    const foreign = await world(['some-other-key-0123']).auth.tokens.issue(GRANT)
    const former = await world([KEY, 'some-other-key-0123']).auth.tokens.issue(GRANT)
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"a"}').toString('base64url')}.AA`
    for (const token of [foreign.token, former.token, none])
      expect(await ask(`Bearer ${token}`)).toMatchObject({ code: 'unauthorized' })
    const secret = 'operator-secret-0123456789'
    const withSecret = world([KEY], secret)
    const { hkdfSync } = await import('node:crypto')
    const raw = new Uint8Array(hkdfSync('sha256', secret, 'sketchwire', 'tokens', 32))
    const sign = (more: (jwt: SignJWT) => SignJWT) =>
      more(new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject('a')).sign(raw)
    const endless = await sign((jwt) => jwt.setAudience('sketchwire'))
    const elsewhere = await sign((jwt) => jwt.setAudience('other').setExpirationTime(1_800_000_000))
    const good = await sign((jwt) => jwt.setAudience('sketchwire').setExpirationTime(1_800_000_000))
    expect(await withSecret.ask(`Bearer ${endless}`)).toMatchObject({ code: 'unauthorized' })
    expect(await withSecret.ask(`Bearer ${elsewhere}`)).toMatchObject({ code: 'unauthorized' })
    expect(await withSecret.ask(`Bearer ${good}`)).toMatchObject({ via: 'token' })
  })

  it('takes a ticket once, and not after its time', async () => {
    const { auth, ask, clock } = world()
    const known = await ask(`Key ${KEY}`)
    if ('code' in known) throw new Error(known.message)
    const { ticket: first, lifeSeconds } = auth.tickets.issue(known)
    expect(lifeSeconds).toBe(TICKET_LIFE_SECONDS)
    expect(await ask(undefined, `ticket=${first}`)).toEqual({ ...known, via: 'ticket' })
    expect(await ask(undefined, `ticket=${first}`)).toMatchObject({ code: 'unauthorized' })
    const { ticket: late } = auth.tickets.issue(known)
    clock.advance(TICKET_LIFE_SECONDS * 1000)
    expect(await ask(undefined, `ticket=${late}`)).toMatchObject({ code: 'unauthorized' })
  })

  it('ends a ticket with the token it was made with', async () => {
    const { auth, ask, clock } = world()
    const { token } = await auth.tokens.issue({ ...GRANT, lifeSeconds: 10 })
    const issue = async () => {
      const known = await ask(`Bearer ${token}`)
      if ('code' in known) throw new Error(known.message)
      return auth.tickets.issue(known)
    }
    clock.advance(2500)
    const [early, late] = [await issue(), await issue()]
    expect([early.lifeSeconds, late.lifeSeconds]).toEqual([7, 7])
    clock.advance(7499)
    expect(await ask(undefined, `ticket=${early.ticket}`)).toMatchObject({ via: 'ticket' })
    clock.advance(1)
    expect(await ask(undefined, `ticket=${late.ticket}`)).toMatchObject({ code: 'unauthorized' })
  })
})

describe('wrong keys', () => {
  const WRONG = 'Key a-guess-of-somebody-else'
  /** Ten tries, and the one that is too many. */
  async function guess(ask: ReturnType<typeof world>['ask'], address?: string) {
    for (let tries = 0; tries < 10; tries++)
      expect(await ask(WRONG, '', address)).toMatchObject({ code: 'unauthorized' })
    return await ask(WRONG, '', address)
  }

  it('from one address must wait after a few, are told how long, and then get one more try', async () => {
    const { ask, clock } = world()
    const refused = await guess(ask)
    expect(refused).toMatchObject({ code: 'rate_limited', message: expect.stringMatching(/in 6 s$/) })
    // The right key is not looked at either, or waiting would keep nobody from trying.
    expect(await ask(`Key ${KEY}`)).toMatchObject({ code: 'rate_limited' })
    clock.advance('retryAfterMs' in refused ? (refused.retryAfterMs ?? 0) : 0)
    expect(await ask(WRONG)).toMatchObject({ code: 'unauthorized' })
    expect(await ask(WRONG)).toMatchObject({ code: 'rate_limited' })
    clock.advance(6000)
    expect(await ask(`Key ${KEY}`)).toMatchObject({ via: 'key' })
    // Forgotten: ten more.
    expect(await guess(ask)).toMatchObject({ code: 'rate_limited' })
  })

  it('are told of when an address has to wait, and not with every key it tries then', async () => {
    const { ask, clock, slowed } = world()
    for (let tries = 0; tries < 9; tries++) await ask(WRONG, '', '2606:4700:1:2::1')
    expect(slowed).toEqual([])
    for (let tries = 0; tries < 50; tries++) {
      await ask(WRONG, '', '2606:4700:1:2::1')
      clock.advance(6000)
    }
    expect(slowed).toEqual(['2606:4700:1:2::/64'])
    await guess(ask)
    expect(slowed.slice(1)).toEqual(['10.0.0.7'])
    clock.advance(10 * 60_000)
    await guess(ask)
    expect(slowed.slice(2)).toEqual(['10.0.0.7'])
  })

  it('lock out no other address, no caller known before, no token, and nobody who shows nothing', async () => {
    const { ask, auth } = world()
    const { token } = await auth.tokens.issue(GRANT)
    await ask(`Key ${KEY}`)
    expect(await guess(ask)).toMatchObject({ code: 'rate_limited' })
    expect(await ask(`Key ${KEY}`, '', '10.0.0.8')).toMatchObject({ via: 'key' })
    expect(await ask(`Bearer ${token}`)).toMatchObject({ via: 'token' })
    expect(await ask()).toMatchObject({ code: 'unauthorized' })
    expect(await ask(`Key ${KEY}`)).toMatchObject({ via: 'key' })
  })

  it('are counted where they come in two parts, once each', async () => {
    const { ask } = world()
    const guessTwo = () => ask(undefined, 'fal_key_id=a-guess&fal_key_secret=of-somebody-else')
    for (let tries = 0; tries < 10; tries++) expect(await guessTwo()).toMatchObject({ code: 'unauthorized' })
    expect(await guessTwo()).toMatchObject({ code: 'rate_limited' })
    // Nor does the right one tell itself from others then.
    expect(await ask(undefined, `fal_key_id=x&fal_key_secret=${KEY}`)).toMatchObject({ code: 'rate_limited' })
  })

  it('are counted for the whole network of an IPv6 address', async () => {
    const { ask } = world()
    await guess(ask, '2606:4700:1:2::1')
    expect(await ask(WRONG, '', '2606:4700:1:2:3::9')).toMatchObject({ code: 'rate_limited' })
    expect(await ask(WRONG, '', '2606:4700:1:3::1')).toMatchObject({ code: 'unauthorized' })
  })

  it('are an expired token or a used ticket never, and remembered of so many addresses only', async () => {
    const { ask, auth, clock } = world()
    const { token } = await auth.tokens.issue(GRANT)
    clock.advance(61_000)
    for (let tries = 0; tries < 20; tries++) {
      expect(await ask(`Bearer ${token}`)).toMatchObject({ code: 'unauthorized' })
      expect(await ask(undefined, 'ticket=used')).toMatchObject({ code: 'unauthorized' })
    }
    await guess(ask, '192.0.2.1')
    for (let i = 0; i < 10_000; i++) await ask(WRONG, '', `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
    expect(await ask(WRONG, '', '192.0.2.1')).toMatchObject({ code: 'unauthorized' })
  })
})

describe('a server without keys', () => {
  it('takes everyone for their address, and knows its own tokens', async () => {
    const { auth, ask } = world([])
    expect(auth.hasKeys).toBe(false)
    expect(await ask()).toMatchObject({ via: 'open', caller: 'address:10.0.0.7' })
    expect(await ask('Key whatever-they-have-set')).toMatchObject({ via: 'open' })
    expect(await ask(undefined, 'fal_jwt_token=not.a.token')).toMatchObject({ via: 'open' })
    const { token } = await auth.tokens.issue(GRANT)
    expect(await ask(`Bearer ${token}`)).toMatchObject({ via: 'token', origins: ['https://blog.example'] })
  })
})
