import { LIVE_ATTRIBUTES } from './attributes.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { Embedded } from './testing/embedded.ts'
import { type FakePage, good, PAGE, SERVER } from './testing/fake-page.ts'

const RELOAD = { type: 'status', detail: { connection: 'reload', activity: 'offline', text: 'Reload' } }
let canvas: Embedded
let page: FakePage
let events: Embedded['events']
let errors: Embedded['errors']

const open = () => canvas.open()
const shown = () => canvas.shown()

/** Lets a question fail, and pass the time in which a policy could still turn out to be why. */
async function refused(): Promise<void> {
  await page.settle()
  await page.pass(200)
}

beforeEach(() => {
  canvas = new Embedded()
  ;({ page, events, errors } = canvas)
})

describe('an embedded canvas from the outside', () => {
  it('shows the page with its attributes and its own origin, and tells attributes again at hello', async () => {
    await shown()
    const address = new URL(page.mounted[0] ?? '')
    expect(page.asked).toEqual([`${SERVER}/embed.json`])
    expect(Object.fromEntries(address.searchParams)).toEqual({ view: 'lens', host: PAGE })
    const nothing = Object.fromEntries(LIVE_ATTRIBUTES.map((name) => [name, null]))
    expect(page.posted).toEqual([
      { message: { sketchwire: 1, type: 'set', options: { ...nothing, view: 'lens' } }, origin: SERVER },
    ])
  })

  it('takes messages from the exact origin and window alone; counts those that claim to be ours', async () => {
    const host = await shown()
    const frame = { type: 'height', height: 300, sketchwire: 1 }
    page.receive(frame, 'https://evil.net')
    page.receive(frame, 'https://evil.net', {})
    page.receive({ sketchwire: 1, type: 'height', height: 'tall' })
    page.receive({ sketchwire: 2, type: 'hello' })
    expect(host.ignored).toBe(4)
    page.receive({ some: 'other message' }, 'https://ads.example')
    page.receive('text', SERVER)
    page.receive(frame, SERVER, { another: 'canvas' })
    expect(host.ignored).toBe(4)
    expect(events.map(({ type }) => type)).toEqual(['hello'])
    page.receive(frame)
    expect(events.at(-1)).toEqual({ type: 'height', detail: 300 })
  })

  it('asks, each question with its own answer, also before the frame is there', async () => {
    page.answers = [good()]
    const host = open()
    const early = host.ask({ type: 'exportDrawing' })
    await page.settle()
    page.say({ type: 'hello' })
    const late = host.ask({ type: 'setPrompt', prompt: 'a boat' })
    const calls = page.posted.map(({ message }) => message).filter((message) => 'id' in message)
    expect(calls.map((call) => call['type'])).toEqual(['exportDrawing', 'setPrompt'])
    const [first, second] = calls.map((call) => call['id'])
    page.say({
      type: 'failure',
      id: second,
      error: { code: 'invalid_params', message: 'too long', field: 'prompt' },
    })
    page.say({ type: 'result', id: first, ok: true, value: '{}' })
    expect(await early).toBe('{}')
    await expect(late).rejects.toMatchObject({ code: 'invalid_params', message: 'too long', field: 'prompt' })
  })

  it('gives up on a question that is never answered, and on all of them when it goes', async () => {
    const host = await shown()
    const slow = expect(host.ask({ type: 'clear' })).rejects.toMatchObject({ code: 'no_answer' })
    await page.pass(31_000)
    await slow
    const gone = expect(host.ask({ type: 'clear' })).rejects.toMatchObject({ code: 'closed' })
    host.dispose()
    await gone
    page.say({ type: 'height', height: 10 })
    expect(events.some(({ type }) => type === 'height')).toBe(false)
  })

  it('hands a key over when the server wants one, and says so when there is none', async () => {
    await shown()
    canvas.token = () => Promise.resolve('key-1')
    page.say({ type: 'needToken', id: 9 })
    await page.settle()
    expect(page.posted.at(-1)).toEqual({
      message: { sketchwire: 1, type: 'token', id: 9, token: 'key-1' },
      origin: SERVER,
    })
    canvas.token = () => Promise.reject(new Error('my server said 500'))
    page.say({ type: 'needToken', id: 10 })
    await page.settle()
    expect(page.posted.at(-1)?.message).toMatchObject({ id: 10, token: null })
    expect(errors[0]?.error.message).toContain('my server said 500')
  })
})

describe('a server that cannot be embedded', () => {
  it('that is not there is named, and tried again with growing patience until it is', async () => {
    open()
    await refused()
    expect(errors[0]).toMatchObject({ error: { code: 'server_unreachable', value: SERVER }, retryInMs: 750 })
    await page.pass(1_000)
    await refused()
    expect(errors[1]?.retryInMs).toBeGreaterThan(errors[0]?.retryInMs ?? 0)
    expect(page.mounted).toEqual([])
    page.answers = [good()]
    page.goOnline()
    await page.settle()
    expect(page.mounted).toHaveLength(1)
  })

  it('that is something else is named, and tried again', async () => {
    page.answers = [() => ({ ok: false, status: 404, body: {} })]
    open()
    await page.settle()
    expect(errors[0]?.error).toMatchObject({ code: 'not_sketchwire' })
    expect(errors[0]?.error.message).toContain('404')
    expect(errors[0]?.retryInMs).toBeGreaterThan(0)
  })

  it('of another version is named with the remedy, and left alone', async () => {
    page.answers = [good({ embed: 2 })]
    open()
    await page.settle()
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ error: { code: 'embed_version', value: 2 }, retryInMs: undefined })
    expect(errors[0]?.error.message).toContain(`${SERVER}/embed.js`)
    await page.pass(600_000)
    expect(page.asked).toHaveLength(1)
  })

  it('that does not let this page is named with the setting that would', async () => {
    page.answers = [good({ allowed: false })]
    open()
    await page.settle()
    expect(errors[0]?.error.code).toBe('forbidden_origin')
    expect(errors[0]?.error.message).toContain(`SKETCHWIRE_EMBED_ORIGINS=${PAGE}`)
    expect(page.mounted).toEqual([])
  })

  it('whose page never comes up is tried again', async () => {
    page.answers = [good()]
    open()
    await page.settle()
    await page.pass(31_000)
    expect(page.mounted.at(-1)).toBe('unmounted')
    expect(errors[0]).toMatchObject({ error: { code: 'server_unreachable' } })
    await page.pass(2_000)
    expect(page.mounted.filter((one) => one !== 'unmounted')).toHaveLength(2)
  })

  it('that was updated is loaded anew, but not for ever', async () => {
    await shown()
    for (let i = 0; i < 6; i++) {
      page.say(RELOAD)
      await page.settle()
      page.say({ type: 'hello' })
      await page.settle()
    }
    expect(page.mounted).toHaveLength(4)
  })

  it('that is updated now and then is loaded anew each time', async () => {
    await shown()
    for (let i = 0; i < 6; i++) {
      page.say({ type: 'ready', detail: { model: { id: 'm', name: 'M' }, width: 512, height: 512 } })
      page.say(RELOAD)
      await page.settle()
      page.say({ type: 'hello' })
      await page.settle()
    }
    expect(page.mounted).toHaveLength(7)
  })

  it('that was updated counts as updated once, however often its old page says so', async () => {
    await shown()
    for (let i = 0; i < 3; i++) {
      page.say(RELOAD)
      page.say(RELOAD)
      await page.settle()
      page.say({ type: 'hello' })
      await page.settle()
    }
    expect(page.mounted).toHaveLength(4)
  })
})

describe('a page whose own policy keeps the canvas out', () => {
  it('is told the directive and the remedy, and the server is not asked again', async () => {
    open()
    await page.settle()
    expect(errors).toEqual([])
    page.forbid('connect-src', `${SERVER}/embed.json`)
    await page.settle()
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({
      error: { code: 'blocked_by_policy', field: 'connect-src', value: SERVER },
      retryInMs: undefined,
    })
    expect(errors[0]?.error.message).toMatch(/its connect-src does not allow that\. Add https:.* to it/)
    await page.pass(600_000)
    expect(page.asked).toHaveLength(1)
  })

  it('is told so by a browser that speaks before the question fails, and of the directive it lacks', async () => {
    page.answers = [
      () => {
        page.forbid('connect-src', SERVER, { originalPolicy: "default-src 'self'" })
        throw new TypeError('Failed to fetch')
      },
    ]
    open()
    await page.settle()
    expect(errors[0]?.error).toMatchObject({ code: 'blocked_by_policy', field: 'connect-src' })
    expect(errors[0]?.error.message).toContain(`Give it one with ${SERVER} and what its default-src names`)
  })

  it('is told when it is the frame that may not be, at once', async () => {
    page.answers = [good()]
    open()
    await page.settle()
    page.forbid('frame-src', `${SERVER}/embed?view=lens&host=${PAGE}`)
    await page.settle()
    expect(page.mounted.at(-1)).toBe('unmounted')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ error: { code: 'blocked_by_policy', field: 'frame-src' } })
    await page.pass(600_000)
    expect(page.asked).toHaveLength(1)
  })

  it('is not blamed for what it only reports, nor for what else it stops', async () => {
    open()
    await page.settle()
    page.forbid('connect-src', `${SERVER}/embed.json`, { disposition: 'report' })
    page.forbid('connect-src', 'https://draw.example.org.evil.net/embed.json')
    page.forbid('img-src', `${SERVER}/embed.png`)
    await page.pass(200)
    expect(errors[0]).toMatchObject({ error: { code: 'server_unreachable' }, retryInMs: 750 })
  })

  it('is not blamed for a frame that does not come up, when it stops something else meanwhile', async () => {
    page.answers = [good()]
    open()
    await page.settle()
    page.forbid('connect-src', SERVER)
    page.forbid('script-src', SERVER)
    await page.pass(31_000)
    expect(page.mounted.at(-1)).toBe('unmounted')
    expect(errors[0]).toMatchObject({ error: { code: 'server_unreachable' }, retryInMs: 750 })
  })
})
