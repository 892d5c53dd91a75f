import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeDocument } from './testing/fake-document.ts'

const page = new FakeDocument()
for (const [name, value] of Object.entries(page.globals)) vi.stubGlobal(name, value)
const { defineSketchwireCanvas, SketchwireCanvas } = await import('./element.ts')
defineSketchwireCanvas()

const SERVER = 'https://draw.example.org'
const made = new Set<InstanceType<typeof SketchwireCanvas>>()

function canvas(attributes: Record<string, string> = {}) {
  const element = new SketchwireCanvas()
  for (const [name, value] of Object.entries({ server: SERVER, ...attributes }))
    element.setAttribute(name, value)
  made.add(element)
  return element
}

/** Which drawings canvases show, without what all names have in common. */
function drawings(...canvases: object[]): (string | undefined)[] {
  return canvases.map((one) =>
    page
      .shown(one)
      ?.get('drawing')
      ?.replace(/^embed-[a-z0-9]+-|-[a-z0-9]+$/g, ''),
  )
}

beforeEach(() => {
  page.asked.length = 0
  page.location.pathname = '/post'
})
afterEach(async () => {
  for (const element of made) if (element.isConnected) page.remove(element)
  made.clear()
  await page.settle()
})

describe('drawings that nobody named', () => {
  it('are numbered as they are in the document on a page that was just loaded', async () => {
    const [a, named, b, late] = [canvas(), canvas({ drawing: 'mine' }), canvas(), canvas()]
    page.insert(named)
    page.insert(b)
    page.insert(a, 0)
    await page.settle()
    page.insert(late)
    await page.settle()
    expect(drawings(a, named, b, late)).toEqual(['0', 'mine', '2', '3'])
  })

  it('are never shared, whatever comes or goes', async () => {
    const [a, b, before, after, last] = [canvas(), canvas(), canvas(), canvas(), canvas()]
    for (const one of [a, b]) page.insert(one)
    await page.settle()
    page.insert(before, 0)
    await page.settle()
    expect(drawings(a, b, before)).toEqual(['0', '1', '2'])
    page.remove(a)
    page.insert(after)
    page.insert(last)
    await page.settle()
    expect(drawings(b, before, after, last)).toEqual(['1', '2', '0', '3'])
  })

  it('stay with a canvas that is moved, and are not taken from it meanwhile', async () => {
    const [a, b, newcomer] = [canvas(), canvas(), canvas()]
    for (const one of [a, b]) page.insert(one)
    await page.settle()
    page.remove(a)
    page.insert(newcomer, 0)
    page.location.pathname = '/post/2'
    page.insert(a)
    await page.settle()
    expect(drawings(a, b, newcomer)).toEqual(['0', '1', '2'])
    const pages = [a, b].map((one) => page.shown(one)?.get('drawing')?.replace(/-\d-/, '-'))
    expect(pages[0]).toBe(pages[1])
  })

  it('are those of another page for a canvas that comes back on it', async () => {
    const a = canvas()
    page.insert(a)
    await page.settle()
    const first = page.shown(a)?.get('drawing')
    page.remove(a)
    await page.settle()
    page.location.pathname = '/post/2'
    page.insert(a)
    await page.settle()
    expect(page.shown(a)?.get('drawing')).not.toBe(first)
    expect(drawings(a)).toEqual(['0'])
  })

  it('stay when the frame is loaded anew after the page changed its address', async () => {
    const a = canvas()
    page.insert(a)
    await page.settle()
    const first = page.shown(a)?.get('drawing')
    page.location.pathname = '/post/2'
    a.setAttribute('model', 'another')
    await page.settle()
    expect(page.shown(a)?.get('model')).toBe('another')
    expect(page.shown(a)?.get('drawing')).toBe(first)
  })

  it('in shadow trees are numbered as their canvases came, those with a name left out', async () => {
    const [a, named, b] = [canvas(), canvas({ drawing: 'mine' }), canvas()]
    for (const one of [a, named, b]) page.insertInShadow(one)
    await page.settle()
    expect(drawings(a, named, b)).toEqual(['s0', 'mine', 's1'])
  })
})

describe('a canvas that is changed', () => {
  it('right after it came to the page speaks of no server that it was given since', async () => {
    const late = canvas()
    late.removeAttribute('server')
    const said: Event[] = []
    late.addEventListener('error', (event) => said.push(event))
    page.insert(late)
    late.setAttribute('server', SERVER)
    await page.settle()
    expect(said).toEqual([])
    expect(page.shown(late)).toBeDefined()
    late.removeAttribute('server')
    await page.settle()
    expect(said).toHaveLength(1)
    expect(page.words(late)).toContain('The server attribute is missing')
  })

  it('is asked as it was changed, when that was just before', async () => {
    const a = canvas()
    page.insert(a)
    await page.settle()
    a.setAttribute('drawing', 'other')
    const failed = vi.fn()
    a.clear().catch(failed)
    await page.settle()
    expect(failed).not.toHaveBeenCalled()
    expect(drawings(a)).toEqual(['other'])
  })

  it('by the browser as it makes it of what the page holds asks its server once', async () => {
    const upgraded = canvas()
    upgraded.removeAttribute('server')
    // An element is on the page already when its class is told of the attributes that it has.
    Object.assign(upgraded, { isConnected: true })
    upgraded.setAttribute('server', SERVER)
    page.insert(upgraded)
    await page.settle()
    expect(page.asked).toHaveLength(1)
  })
})

describe('a property that is true or false', () => {
  it('is what the canvas takes the attribute for, and can be turned over', () => {
    const a = canvas()
    expect([a.readonly, a.transparent]).toEqual([false, false])
    a.readonly = true
    a.setAttribute('transparent', 'false')
    expect([a.readonly, a.transparent]).toEqual([true, false])
    expect(a.getAttribute('readonly')).toBe('')
    a.readonly = !a.readonly
    a.transparent = !a.transparent
    expect([a.readonly, a.transparent]).toEqual([false, true])
    expect(a.getAttribute('readonly')).toBeNull()
  })
})

describe('the height of a canvas', () => {
  it('is its own affair, and not of the style attribute that frameworks write anew', async () => {
    const a = canvas()
    page.insert(a)
    await page.settle()
    page.say(a, { type: 'height', height: 612.2 })
    expect(page.worn(a)).toContain('height: 613px')
    expect(a.getAttribute('style')).toBeNull()
  })

  it('goes along to another document', async () => {
    const a = canvas()
    page.insert(a)
    await page.settle()
    page.say(a, { type: 'height', height: 613 })
    a.adoptedCallback()
    expect(page.worn(a)).toContain('height: 613px')
  })
})

describe('a drawing that the browser does not keep', () => {
  const FILE = '{"format":"sketchwire"}'

  /** A canvas whose frame is there and has said so much. */
  async function unkept() {
    const a = canvas({ drawing: 'mine' })
    page.insert(a)
    await page.settle()
    page.say(a, { type: 'hello' })
    page.say(a, { type: 'status', detail: { connection: 'live', activity: 'x', text: '', kept: false } })
    return a
  }

  it('goes along when the frame is loaded anew for another model', async () => {
    const a = await unkept()
    a.setAttribute('model', 'another')
    const asked = expect(a.setPrompt('a boat')).resolves.toBeUndefined()
    const [question] = page.posted(a).slice(-1)
    expect(question).toMatchObject({ type: 'exportDrawing' })
    page.say(a, { type: 'result', id: question?.['id'], ok: true, value: FILE })
    await page.settle()
    expect(page.shown(a)?.get('model')).toBe('another')
    page.say(a, { type: 'hello' })
    await page.settle()
    const [load] = page.posted(a).slice(-1)
    expect(load).toMatchObject({ type: 'loadDrawing', drawing: FILE })
    page.say(a, { type: 'result', id: load?.['id'], ok: true })
    await page.settle()
    const [prompt] = page.posted(a).slice(-1)
    expect(prompt).toMatchObject({ type: 'setPrompt', prompt: 'a boat' })
    page.say(a, { type: 'result', id: prompt?.['id'], ok: true })
    await asked
  })

  /** The frame that is there now is brought a drawing; answers as it would. */
  async function brought(a: object): Promise<unknown> {
    page.say(a, { type: 'hello' })
    await page.settle()
    const load = page.posted(a).find(({ type }) => type === 'loadDrawing')
    if (load) page.say(a, { type: 'result', id: load['id'], ok: true })
    await page.settle()
    return load?.['drawing']
  }

  it('goes along when the canvas leaves the page and comes back, at once or later', async () => {
    const a = await unkept()
    page.say(a, { type: 'drawing', drawing: '{"of":"before"}' })
    page.say(a, { type: 'drawing', drawing: FILE })
    page.remove(a)
    page.insert(a)
    await page.settle()
    expect(await brought(a)).toBe(FILE)
    // Again, before the page has said more than that it keeps nothing.
    page.say(a, { type: 'status', detail: { connection: 'live', activity: 'x', text: '', kept: false } })
    page.say(a, { type: 'drawing', drawing: '{"of":"then"}' })
    page.remove(a)
    await page.settle()
    page.location.pathname = '/post/2'
    page.insert(a)
    await page.settle()
    expect(await brought(a)).toBe('{"of":"then"}')
  })

  it('goes along when the canvas leaves once more before the page has it, or has told of it', async () => {
    const a = await unkept()
    page.say(a, { type: 'drawing', drawing: FILE })
    for (let i = 0; i < 2; i++) {
      page.remove(a)
      page.insert(a)
    }
    await page.settle()
    page.say(a, { type: 'status', detail: { connection: 'live', activity: 'x', text: '', kept: false } })
    expect(await brought(a)).toBe(FILE)
    page.remove(a)
    page.insert(a)
    await page.settle()
    expect(await brought(a)).toBe(FILE)
  })

  it('goes along as it was told when the canvas leaves while it is asked for', async () => {
    const a = await unkept()
    page.say(a, { type: 'drawing', drawing: FILE })
    a.setAttribute('model', 'another')
    await page.settle()
    page.remove(a)
    page.insert(a)
    await page.settle()
    expect(await brought(a)).toBe(FILE)
  })

  it('is not brought where the browser keeps it since', async () => {
    const a = await unkept()
    page.say(a, { type: 'drawing', drawing: FILE })
    page.say(a, { type: 'status', detail: { connection: 'live', activity: 'x', text: '', kept: true } })
    page.remove(a)
    page.insert(a)
    await page.settle()
    expect(await brought(a)).toBeUndefined()
  })

  it('is not brought to another drawing: of another name, server, or page where nobody named it', async () => {
    for (const change of ['drawing', 'server', 'page']) {
      const a = await unkept()
      if (change === 'page') a.setAttribute('drawing', '')
      await page.settle()
      if (change === 'page') page.say(a, { type: 'hello' })
      page.say(a, { type: 'drawing', drawing: FILE })
      page.remove(a)
      await page.settle()
      if (change === 'drawing') a.setAttribute('drawing', 'yours')
      if (change === 'server') a.setAttribute('server', 'https://other.example.org')
      if (change === 'page') page.location.pathname = '/post/3'
      page.insert(a)
      await page.settle()
      expect(await brought(a), change).toBeUndefined()
      page.remove(a)
    }
  })

  it('is not put in the place of another one that is asked for', async () => {
    const a = await unkept()
    a.setAttribute('model', 'another')
    a.setAttribute('drawing', 'yours')
    a.setAttribute('surface', 'plain')
    await page.settle()
    expect(drawings(a)).toEqual(['yours'])
    page.say(a, { type: 'hello' })
    await page.settle()
    expect(page.posted(a).map(({ type }) => type)).toEqual(['set'])
  })
})

it('names the formats of pictures, and does not wait for an answer to another', async () => {
  const a = canvas()
  page.insert(a)
  const asked = a.exportImage('image/jpg' as 'image/jpeg')
  const place = { field: 'format', value: 'image/jpg' }
  await expect(asked).rejects.toMatchObject({ code: 'invalid_params', place })
})
