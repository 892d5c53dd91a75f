import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { leavePageGestures } from './page-gestures.ts'

/** Enough of a document for events to be sent to the one element or the other. */
class FakeNode extends EventTarget {
  readonly inside: readonly FakeNode[]
  constructor(inside: readonly FakeNode[] = []) {
    super()
    this.inside = inside
  }
  contains(node: FakeNode): boolean {
    return node === this || this.inside.some((one) => one.contains(node))
  }
}

const canvas = new FakeNode()
const header = new FakeNode()
const page = new FakeNode()
const sheet = Object.assign(new FakeNode([canvas]), { ownerDocument: { documentElement: page } })
const camera = { zoom: 1, isPointing: false }
let stop = () => {}

beforeEach(() => {
  vi.stubGlobal('Node', FakeNode)
  Object.assign(camera, { zoom: 2, isPointing: false })
  stop = leavePageGestures({
    getContainer: () => sheet as unknown as HTMLElement,
    getZoomLevel: () => camera.zoom,
    getBaseZoom: () => 2,
    inputs: { getIsPointing: () => camera.isPointing },
  })
})
afterEach(() => {
  stop()
  vi.unstubAllGlobals()
})

/** Whether an event that is at `at` goes on from there, to tldraw. */
function goesOn(at: FakeNode, type: string, fields: object = {}): boolean {
  const event = Object.assign(new Event(type), fields)
  const stopped = vi.spyOn(event, 'stopPropagation')
  at.dispatchEvent(event)
  return stopped.mock.calls.length === 0
}

describe('the wheel over the sheet', () => {
  it('is the page around its own while all of the sheet is in sight', () => {
    expect(goesOn(sheet, 'wheel')).toBe(false)
  })

  it('zooms with Ctrl or the command key, and pans what is zoomed in', () => {
    expect(goesOn(sheet, 'wheel', { ctrlKey: true })).toBe(true)
    expect(goesOn(sheet, 'wheel', { metaKey: true })).toBe(true)
    camera.zoom = 3
    expect(goesOn(sheet, 'wheel')).toBe(true)
  })

  it('moves nothing while the pen is down', () => {
    camera.isPointing = true
    expect(goesOn(sheet, 'wheel')).toBe(true)
  })
})

describe('a pinch in Safari', () => {
  // As it arrives at the document's element on its way up.
  const pinched = (target: FakeNode, type: string) => {
    const event = new Event(type)
    Object.defineProperty(event, 'target', { value: target })
    const stopped = vi.spyOn(event, 'stopPropagation')
    page.dispatchEvent(event)
    return stopped.mock.calls.length === 0
  }

  it.each(['gesturestart', 'gesturechange', 'gestureend'])(
    'is the page its own beside the sheet: %s',
    (type) => {
      expect(pinched(header, type)).toBe(false)
      expect(pinched(canvas, type)).toBe(true)
      stop()
      expect(pinched(header, type)).toBe(true)
    },
  )
})
