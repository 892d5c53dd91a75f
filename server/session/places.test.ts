import { afterEach, describe, expect, it } from 'vitest'
import type { WireError } from '../../lib/protocol/errors.ts'
import { GIVES_WAY_AFTER_MS } from './registry.ts'
import type { OpenResult } from './registry.ts'
import type { Session } from './session.ts'
import { harness, JPEG, LIVE, PARAMS, settle } from './testing/harness.ts'
import type { HarnessOptions } from './testing/harness.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

function start(options: HarnessOptions) {
  const world = harness(options)
  close = world.close
  const { registry, clock, runOut } = world
  /** Why each session that had to go, went. */
  const gone = new Map<string, WireError>()
  const ask = (caller: string, givesWay = true): OpenResult => {
    let id = ''
    const giveWay = (why: WireError) => void gone.set(id, why)
    const asked = { caller, door: 'test', policy: LIVE, maxImageBytes: 1000, sink: () => undefined }
    const result = registry.create({ ...asked, ...(givesWay && { giveWay }) })
    if (result.ok) {
      id = result.session.id
      result.session.open()
    }
    return result
  }
  const enter = (caller: string, givesWay = true): Session => {
    const result = ask(caller, givesWay)
    if (!result.ok) throw new Error(result.error.message)
    return result.session
  }
  let seq = 0
  const draw = (session: Session) =>
    session.submit({ seq: seq++, rev: 0, mode: 'live', image: JPEG }, { ...PARAMS, steps: 1 })
  const wait = (share: number) => clock.advance(GIVES_WAY_AFTER_MS * share)
  return { registry, ask, enter, draw, wait, gone, runOut }
}

describe('when all places are taken', () => {
  it('E5 a newcomer gets that of the session that has not drawn for the longest', async () => {
    const { registry, ask, enter, draw, wait, gone, runOut } = start({ maxSessions: 3 })
    const [first, second, third] = [enter('ada'), enter('ben'), enter('cy')]
    wait(0.5)
    draw(first)
    draw(third)
    await runOut()
    expect(ask('dan')).toMatchObject({ ok: false, error: { code: 'too_many_sessions' } })
    wait(0.5)
    enter('dan')
    expect([...gone.keys()]).toEqual([second.id])
    expect(gone.get(second.id)).toMatchObject({
      code: 'too_many_sessions',
      message: expect.stringMatching(/10 minutes; connect again/),
    })
    expect([registry.size, second.state]).toEqual([3, 'closed'])
    // The others drew in time, and the newcomer has just come.
    expect(ask('eve')).toMatchObject({ ok: false })
  })

  it('nobody gives way whose picture is painted or waits, and no request that has its answer to come', async () => {
    const { ask, enter, draw, wait, gone, runOut } = start({ maxSessions: 2 })
    draw(enter('ada'))
    enter('ben', false)
    await settle()
    wait(0.9)
    expect(ask('cy')).toMatchObject({ ok: false })
    expect(gone.size).toBe(0)
    await runOut()
  })
})

describe('a session with work that it has not heard of', () => {
  it('does not give way: a picture is fetched for it', () => {
    const { registry, ask, wait } = start({ maxSessions: 1 })
    let isBusy = true
    const busy = registry.create({
      ...{ caller: 'ada', door: 'test', policy: LIVE, maxImageBytes: 1000 },
      sink: () => undefined,
      giveWay: () => undefined,
      isBusy: () => isBusy,
    })
    expect(busy.ok).toBe(true)
    wait(1)
    expect(ask('ben')).toMatchObject({ ok: false })
    isBusy = false
    expect(ask('ben')).toMatchObject({ ok: true })
  })
})

describe('callers whose places are counted', () => {
  const places = { maxSessions: 5, placesOf: (caller: string) => (caller.startsWith('token:') ? 2 : 5) }

  it('get no more of them, and leave the others to others', () => {
    const { ask, enter } = start(places)
    enter('token:ada')
    enter('token:ada')
    expect(ask('token:ada')).toMatchObject({
      ok: false,
      error: {
        code: 'too_many_sessions',
        message: expect.stringMatching(/^All 2 places of this token's subject.*SUBJECT_SESSIONS/),
      },
    })
    enter('token:ben')
    enter('key:0a1b2c3d@10.0.0.1')
    enter('key:0a1b2c3d@10.0.0.1')
    expect(ask('token:ben')).toMatchObject({ ok: false, error: { message: expect.stringMatching(/^All 5/) } })
  })

  it('give up their own quiet one, not another caller’s', () => {
    const { enter, wait, gone } = start(places)
    enter('token:ben')
    const [old] = [enter('token:ada'), enter('token:ada')]
    wait(1)
    enter('token:ada')
    expect([...gone.keys()]).toEqual([old.id])
  })
})
