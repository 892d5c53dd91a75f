import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SurfaceOptions } from '../drawing-surface.ts'
import type { Item } from './plain-drawing.ts'
import { PlainSurface } from './plain-surface.ts'

// A browser that refuses to keep anything, with another tab that shows the same drawing. What is left by one test is
// remembered for the life of the page, so each draws on its own.
let drawings = 0
let drawing: string
let other: BroadcastChannel
let close = () => {}

beforeEach(() => {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  drawing = `boat-${drawings++}`
  other = new BroadcastChannel(`sketchwire-plain-${drawing}`)
})
afterEach(() => {
  close()
  other.close()
  vi.unstubAllGlobals()
})

const theirs: Item = { kind: 'stroke', colour: 'red', width: 'm', filled: false, points: [[9, 9, 0.5]] }

async function opened(start: SurfaceOptions['start'] = 'blank') {
  const surface = new PlainSurface({ size: { width: 256, height: 256 }, start })
  const problems: string[] = []
  close = surface.open(drawing, (problem) => problems.push(problem))
  await vi.waitFor(() => expect(surface.store.getState().ready).toBe(true))
  return { surface, problems }
}

/** Resolves once `surface` has heard of it. */
async function tell(told: { items: Item[]; gone: Item[] }): Promise<void> {
  const heard = new Promise((resolve) => {
    const listener = new BroadcastChannel(`sketchwire-plain-${drawing}`)
    listener.onmessage = () => {
      listener.close()
      setTimeout(resolve)
    }
  })
  other.postMessage({ plain: 1, ...told })
  await heard
}

describe('the plain canvas', () => {
  it('can be drawn on where nothing can be read, and says that it is not kept', async () => {
    const { surface } = await opened('example')
    expect(surface.store.getState()).toMatchObject({ kept: false, empty: false })
  })

  it('can be drawn on where a browser that refuses storage lets tabs hear nothing of each other', async () => {
    vi.stubGlobal('BroadcastChannel', function refuse() {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    })
    const { surface } = await opened('example')
    expect(surface.store.getState()).toMatchObject({ kept: false, empty: false })
  })

  it('says so when it cannot show a drawing, and is blank', async () => {
    const schema = { schemaVersion: 2 as const, sequences: {} }
    const { surface, problems } = await opened({
      shapes: [],
      bindings: [],
      rootShapeIds: [],
      assets: [],
      schema,
    })
    expect(problems).toEqual([expect.stringContaining('full editor')])
    expect(await surface.content()).toEqual({ plain: 1, items: [] })
  })

  it('takes over what another tab drew once the pen is up, below its own stroke', async () => {
    const { surface } = await opened()
    surface.penDown([0, 0, 0.5])
    await tell({ items: [theirs], gone: [] })
    expect(surface.items).toHaveLength(1)
    surface.penUp()
    expect(surface.items).toMatchObject([{ colour: 'red' }, { colour: 'black' }])
    surface.undo()
    expect(surface.items).toEqual([theirs])
    surface.undo()
    expect(surface.items).toEqual([])
  })

  it('is there again, as it was left, for as long as the page is', async () => {
    const { surface } = await opened()
    surface.penDown([0, 0, 0.5])
    surface.penUp()
    close()
    const again = await opened()
    expect(again.surface.items).toEqual(surface.items)
  })

  it('erases what the eraser touched, and not what another tab drew meanwhile', async () => {
    const { surface } = await opened()
    surface.penDown([0, 0, 0.5])
    surface.penUp()
    const [mine] = surface.items
    surface.store.setState({ tool: 'eraser' })
    surface.penDown([0, 0, 0.5])
    await tell({ items: [mine as Item, theirs], gone: [] })
    surface.penUp()
    expect(surface.items).toEqual([theirs])
  })

  it('begins with the pen that was chosen on the canvas before', async () => {
    const { surface } = await opened()
    surface.store.setState({ colour: 'red', width: 'xl' })
    surface.toggleFill()
    close()
    const again = await opened()
    expect(again.surface.store.getState()).toMatchObject({ colour: 'red', width: 'xl', filled: false })
    again.surface.store.setState({ colour: 'black', width: 'm', filled: true })
  })

  it('gives photos back that no undo leads to any more, and all of them when it is closed', async () => {
    const closed: string[] = []
    vi.stubGlobal('createImageBitmap', async (blob: Blob) => {
      const text = await blob.text()
      return { close: () => closed.push(text) }
    })
    const photo = (text: string): Item => ({
      kind: 'photo',
      src: `data:image/png,${text}`,
      ...{ x: 0, y: 0, w: 9, h: 9 },
    })
    const { surface } = await opened()
    await surface.replace({ plain: 1, items: [photo('one')] })
    await surface.replace({ plain: 1, items: [photo('one'), photo('two')] })
    surface.clear()
    expect(closed).toEqual([])
    surface.undo()
    surface.undo()
    surface.penDown([0, 0, 0.5])
    surface.penUp()
    expect(closed).toEqual(['two'])
    close()
    expect(closed).toEqual(['two', 'one'])
  })
})

describe('the eraser of the plain canvas', () => {
  const photo: Item = {
    kind: 'photo',
    src: 'data:image/png;base64,AA',
    ...{ x: -100, y: -100, w: 200, h: 200 },
  }

  async function pageWith(items: Item[]) {
    vi.stubGlobal('createImageBitmap', async () => ({ close: () => undefined }))
    const { surface } = await opened()
    await surface.replace({ plain: 1, items })
    surface.store.setState({ tool: 'eraser' })
    const rub = () => {
      surface.penDown([0, 0, 0.5])
      surface.penMove([[40, 0, 0.5]])
      surface.penUp()
    }
    return { surface, rub }
  }

  it('takes a photo where it touches nothing else, as one step of undo', async () => {
    const { surface, rub } = await pageWith([photo])
    rub()
    expect(surface.items).toEqual([])
    surface.undo()
    expect(surface.items).toEqual([photo])
  })

  it('leaves the photo under what it takes', async () => {
    const line: Item = { ...(theirs as Extract<Item, { kind: 'stroke' }>), points: [[40, 0, 0.5]] }
    const { surface, rub } = await pageWith([photo, line])
    rub()
    expect(surface.items).toEqual([photo])
    rub()
    expect(surface.items).toEqual([])
  })

  it('is the other end of a pen, whichever tool is chosen', async () => {
    const { surface } = await pageWith([theirs])
    surface.store.setState({ tool: 'draw' })
    surface.penDown([9, 9, 0.5], 'eraser')
    surface.penUp()
    expect(surface.items).toEqual([])
    expect(surface.store.getState().tool).toBe('draw')
  })
})

it('fingers rest once a pen has drawn', async () => {
  const { surface } = await opened()
  surface.penDown([0, 0, 0.5], 'hand')
  surface.penUp()
  expect(surface.isPenOnly).toBe(false)
  surface.penDown([0, 0, 0.5], 'tip')
  surface.penUp()
  expect(surface.isPenOnly).toBe(true)
})

it('says whether a change was made here, and knows a drawing again that undo brings back', async () => {
  const { surface } = await opened()
  const told: boolean[] = []
  surface.onChange(({ own }) => told.push(own))
  const blank = surface.scene()
  surface.penDown([0, 0, 0.5])
  surface.penUp()
  expect(surface.scene()).not.toBe(blank)
  surface.undo()
  expect(surface.scene()).toBe(blank)
  expect(new Set(told)).toEqual(new Set([true]))
  told.length = 0
  await tell({ items: [theirs], gone: [] })
  expect(surface.scene()).not.toBe(blank)
  expect(new Set(told)).toEqual(new Set([false]))
})

it('holds the drawing as it was, the stroke under the pen with it', async () => {
  const { surface } = await opened()
  surface.penDown([0, 0, 0.5])
  const held = surface.hold()
  expect(await surface.content()).toMatchObject({ items: [{ kind: 'stroke' }] })
  surface.penUp()
  surface.clear()
  expect(await held()).toMatchObject({ plain: 1, items: [{ kind: 'stroke' }] })
  expect(surface.items).toEqual([])
})

it('held before there is a page is the page that comes', async () => {
  const surface = new PlainSurface({ size: { width: 256, height: 256 }, start: 'example' })
  const held = surface.hold()
  close = surface.open(drawing, () => {})
  expect(await held()).toEqual(await surface.content())
  expect(surface.items.length).toBeGreaterThan(0)
})

it('another size is no change of the drawing', async () => {
  const { surface } = await opened('example')
  const told = vi.fn()
  surface.onChange(told)
  const before = surface.scene()
  surface.setSize({ width: 384, height: 256 })
  expect(surface.store.getState().size).toEqual({ width: 384, height: 256 })
  expect(told).not.toHaveBeenCalled()
  expect(surface.scene()).toBe(before)
})
