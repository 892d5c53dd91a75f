import { expect, it } from 'vitest'
import { pathOf, type Page } from './page-path.ts'

interface FakeFrame {
  isConnected: boolean
}

/** A page with frames of `srcdoc` in it, in the order of its HTML. */
function pageWith(frames: FakeFrame[], pathname = '/post'): Page {
  const page = {
    location: { protocol: 'https:', pathname },
    document: { querySelectorAll: () => frames },
    frameElement: null,
  }
  return Object.assign(page, { parent: page }) as unknown as Page
}

/** The document in a frame. */
function inside(parent: Page, frame: FakeFrame, frames: FakeFrame[] = []): Page {
  const location = { protocol: 'about:', pathname: 'srcdoc' }
  const document = { querySelectorAll: () => frames }
  return { location, document, frameElement: frame, parent } as unknown as Page
}

const frame = (): FakeFrame => ({ isConnected: true })

it('is that of its address, where it has one', () => {
  expect(pathOf(pageWith([]))).toBe('/post')
  const framed = { ...pageWith([], '/inner'), frameElement: frame() as never, parent: pageWith([]) }
  expect(pathOf(framed)).toBe('/inner')
})

it('is one for each frame without an address, by its number on the page around', () => {
  const [first, second] = [frame(), frame()]
  const page = pageWith([first, second])
  expect(pathOf(inside(page, second))).toBe('/post 1')
  expect(pathOf(inside(page, first))).toBe('/post 0')
  // Loaded anew, the frame is the same.
  expect(pathOf(inside(page, first))).toBe('/post 0')
  expect(pathOf(inside(pageWith([first], '/other'), first))).toBe('/other 0')
})

it('is never that of another frame that is on the page, whatever comes or goes', () => {
  const frames = [frame(), frame()]
  const [first, second] = frames as [FakeFrame, FakeFrame]
  const page = pageWith(frames)
  pathOf(inside(page, first))
  first.isConnected = false
  const third = frame()
  frames.splice(0, 1)
  frames.push(third)
  expect(pathOf(inside(page, third))).toBe('/post 0')
  expect(pathOf(inside(page, second))).toBe('/post 1')
})

it('tells frames apart that the page does not list, and frames in frames', () => {
  const [outer, inner, hidden] = [frame(), frame(), frame()]
  const page = pageWith([outer])
  expect(pathOf(inside(page, hidden))).toBe('/post f0')
  const middle = inside(page, outer, [inner])
  expect(pathOf(inside(middle, inner))).toBe('/post 0 0')
})

it('is its own where the page around is out of reach', () => {
  const alone = { ...inside(pageWith([]), frame()), frameElement: null }
  expect(pathOf(alone)).toBe('srcdoc')
})
