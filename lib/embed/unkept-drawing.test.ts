import { beforeEach, describe, expect, it } from 'vitest'
import { Embedded } from './testing/embedded.ts'
import type { FakePage } from './testing/fake-page.ts'

const RELOAD = { type: 'status', detail: { connection: 'reload', activity: 'offline', text: 'Reload' } }
let canvas: Embedded
let page: FakePage
let errors: Embedded['errors']

beforeEach(() => {
  canvas = new Embedded()
  ;({ page, errors } = canvas)
})

describe('a drawing that the browser does not keep', () => {
  const FILE = '{"format":"sketchwire"}'
  const types = () => page.posted.map(({ message }) => message['type'])
  const unkept = (connection = 'live') =>
    page.say({ type: 'status', detail: { connection, activity: 'offline', text: '', kept: false } })
  /** Answers the question that was asked last. */
  async function answer(more: object = { type: 'result', ok: true }): Promise<void> {
    page.say({ id: page.posted.at(-1)?.message['id'], ...more })
    await page.settle()
  }

  it('is taken from the page of before and brought to the next, before anything else is asked', async () => {
    const host = await canvas.shown()
    unkept('reload')
    expect(page.posted.at(-1)?.message).toMatchObject({ type: 'exportDrawing' })
    const asked = host.ask({ type: 'setPrompt', prompt: 'a boat' })
    await page.settle()
    expect(page.mounted).toHaveLength(1)
    await answer({ type: 'result', ok: true, value: FILE })
    expect(page.mounted.slice(1)).toEqual(['unmounted', expect.stringContaining('/embed?')])
    page.say({ type: 'hello' })
    await page.settle()
    expect(page.posted.at(-1)?.message).toMatchObject({ type: 'loadDrawing', drawing: FILE })
    await answer()
    // What the page's attributes say goes before the settings that came with the drawing.
    expect(types()).toEqual(['set', 'exportDrawing', 'set', 'loadDrawing', 'set', 'setPrompt'])
    await answer()
    await asked
    expect(errors).toEqual([])
  })

  it('stays where it is while the browser keeps it', async () => {
    await canvas.shown()
    page.say({ type: 'status', detail: { ...RELOAD.detail, kept: true } })
    await page.settle()
    page.say({ type: 'hello' })
    expect(types()).toEqual(['set', 'set'])
  })

  it('goes on to a third page when the second one leaves before it has it', async () => {
    await canvas.shown()
    unkept('reload')
    await answer({ type: 'result', ok: true, value: FILE })
    page.say({ type: 'hello' })
    await page.settle()
    page.say(RELOAD)
    await page.settle()
    page.say({ type: 'hello' })
    await page.settle()
    expect(types()).toEqual(['set', 'exportDrawing', 'set', 'loadDrawing', 'set', 'loadDrawing'])
    expect(errors).toEqual([])
  })

  it('is given to the canvas that takes the place, and the frame stays until then', async () => {
    const host = await canvas.shown()
    unkept()
    const taken = host.leave()
    expect(page.mounted).toHaveLength(1)
    const next = canvas.open([['model', 'another']], taken)
    await answer({ type: 'result', ok: true, value: FILE })
    expect(await taken).toBe(FILE)
    expect(page.mounted.slice(1)).toEqual(['unmounted', expect.stringContaining('model=another')])
    page.say({ type: 'hello' })
    await page.settle()
    expect(page.posted.at(-1)?.message).toMatchObject({ type: 'loadDrawing', drawing: FILE })
    // One that has it and has not yet tried to keep it gives it on.
    await answer()
    expect(next.leave()).toBeDefined()
  })

  it('is nothing to wait for when the browser keeps it', async () => {
    const host = await canvas.shown()
    expect(host.leave()).toBeUndefined()
    expect(page.mounted.at(-1)).toBe('unmounted')
  })

  it('is told as lost when the next page does not take it, with the drawing for whoever can', async () => {
    const host = await canvas.shown()
    unkept('reload')
    await answer({ type: 'result', ok: true, value: FILE })
    page.say({ type: 'hello' })
    await page.settle()
    const error = { code: 'unsupported_drawing', message: 'made in the full editor' }
    await answer({ type: 'failure', error })
    expect(errors[0]?.error).toMatchObject({ code: 'drawing_lost', value: FILE })
    expect(errors[0]?.error.message).toContain('made in the full editor')
    host.ask({ type: 'clear' }).catch(() => undefined)
    expect(types().at(-1)).toBe('clear')
  })

  it('is told as lost when the page of before does not answer, and the next one comes all the same', async () => {
    await canvas.shown()
    unkept('reload')
    await page.pass(31_000)
    expect(errors[0]?.error).toMatchObject({ code: 'drawing_lost' })
    expect(page.mounted).toHaveLength(3)
    page.say({ type: 'hello' })
    await page.settle()
    expect(types()).not.toContain('loadDrawing')
  })

  it('is not waited for by a canvas that is gone', async () => {
    const host = await canvas.shown()
    unkept('reload')
    host.dispose()
    await page.settle()
    expect(page.mounted.at(-1)).toBe('unmounted')
    expect(errors).toEqual([])
  })
})
