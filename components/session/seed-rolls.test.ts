import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SeedRolls } from './seed-rolls.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const OWN = { own: true }
const OTHERS = { own: false }

/** A page whose drawing is a number, and a client that does as it is told. */
function rolling({ locked = false } = {}) {
  const page = { scene: 0, busy: false }
  const params = { seed: 1 }
  const setParams = vi.fn(({ seed = params.seed }: { seed?: number }) => void (params.seed = seed))
  const scene = vi.fn(() => page.scene)
  const rolls = new SeedRolls(
    { setParams, store: { getState: () => ({ params }) } },
    { isLocked: () => locked, isBusy: () => page.busy, scene },
  )
  rolls.opened()
  /** As tldraw tells of it: the last change of a stroke after the pen was lifted. */
  const stroke = (scene: number) => {
    page.busy = true
    page.scene = -scene
    rolls.heard(OWN)
    page.scene = scene
    page.busy = false
    rolls.lifted()
    rolls.heard(OWN)
    return params.seed
  }
  const edit = (scene: number) => {
    page.scene = scene
    rolls.heard(OWN)
    return params.seed
  }
  const rest = () => vi.advanceTimersByTime(701)
  return { rolls, page, params, scene, setParams, stroke, edit, rest }
}

it('an unlocked seed changes with the first change after a pause of the pen, and a locked one never', () => {
  const { setParams, edit } = rolling()
  edit(1)
  vi.advanceTimersByTime(600)
  edit(2)
  expect(setParams).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(701)
  edit(3)
  expect(setParams).toHaveBeenCalledTimes(2)
  const still = rolling({ locked: true })
  still.edit(1)
  expect(still.setParams).not.toHaveBeenCalled()
})

it('a pen that rests on the paper goes on with its stroke', () => {
  const { rolls, page, setParams, rest } = rolling()
  page.busy = true
  rolls.heard(OWN)
  rest()
  rolls.heard(OWN)
  rest()
  page.scene = 1
  page.busy = false
  rolls.lifted()
  rolls.heard(OWN)
  expect(setParams).toHaveBeenCalledTimes(1)
})

it('a stroke that was told of no more when it ended does not spare the next one', () => {
  const { rolls, page, setParams, stroke, rest } = rolling()
  page.busy = true
  rolls.heard(OWN)
  page.busy = false
  rolls.lifted()
  rest()
  stroke(2)
  expect(setParams).toHaveBeenCalledTimes(2)
})

it('an eraser of which nothing is told before it is lifted rolls a seed too', () => {
  const { rolls, page, setParams } = rolling()
  page.busy = true
  page.scene = 1
  page.busy = false
  rolls.lifted()
  rolls.heard(OWN)
  expect(setParams).toHaveBeenCalledTimes(1)
})

it('what another tab draws, or a photo that comes at last, changes no seed', () => {
  const { rolls, page, setParams } = rolling()
  page.scene = 1
  rolls.heard(OTHERS)
  rolls.heard(OTHERS)
  expect(setParams).not.toHaveBeenCalled()
})

describe('while another tab draws', () => {
  const drawThere = ({ rolls, page }: ReturnType<typeof rolling>, from: number, count: number) => {
    for (let at = 0; at < count; at++) {
      page.scene = from + at
      rolls.heard(OTHERS)
      vi.advanceTimersByTime(16)
    }
  }

  it('the drawing is looked at once, when that tab pauses', () => {
    const here = rolling()
    here.scene.mockClear()
    drawThere(here, 1000, 600)
    expect(here.scene).not.toHaveBeenCalled()
    here.rest()
    expect(here.scene).toHaveBeenCalledTimes(1)
  })

  it('nothing that was drawn here loses its seed, however long it takes', () => {
    const here = rolling()
    const { stroke, edit, rest } = here
    const seeds = [1, 2].map((scene) => {
      rest()
      return stroke(scene)
    })
    drawThere(here, 1000, 600)
    rest()
    expect(stroke(3)).not.toBe(seeds[1])
    rest()
    // The step back from here leads to what the other tab left.
    expect([1599, 2, 1].map((scene) => edit(scene))).toEqual([seeds[1], seeds[1], seeds[0]])
  })

  it('a drawing that is brought right then keeps its seed for itself', () => {
    const { rolls, page, params, edit, rest } = rolling()
    page.scene = 1
    rolls.heard(OTHERS)
    rolls.spareNext(true)
    params.seed = 4217
    rest()
    edit(2)
    rest()
    expect(edit(3)).not.toBe(4217)
    // Nobody looked at it: it has no seed that could come back.
    rest()
    expect(edit(1)).not.toBe(4217)
  })
})

describe('undo and redo', () => {
  it('bring back the seed of the drawing that they bring back', () => {
    const { stroke, edit, rest } = rolling()
    const seeds = [1, 2, 3].map((scene) => {
      rest()
      return stroke(scene)
    })
    expect(new Set([1, ...seeds]).size).toBe(4)
    rest()
    const found = [2, 1, 0, 1, 2, 3].map((scene) => edit(scene))
    expect(found).toEqual([seeds[1], seeds[0], 1, seeds[0], seeds[1], seeds[2]])
  })

  it('bring back the seed that was chosen for the drawing, not the one it was rolled with', () => {
    const { stroke, edit, rest, params } = rolling()
    stroke(1)
    params.seed = 4217
    rest()
    expect(stroke(2)).not.toBe(4217)
    expect(edit(1)).toBe(4217)
  })

  it('leave a locked seed alone', () => {
    const { edit, rest, params, setParams } = rolling({ locked: true })
    edit(1)
    params.seed = 2
    rest()
    edit(0)
    expect(setParams).not.toHaveBeenCalled()
  })
})

describe('a drawing that is brought', () => {
  it('keeps the seed it comes with, however late the canvas tells of it', () => {
    const { rolls, setParams, edit } = rolling()
    rolls.spareNext(true)
    vi.advanceTimersByTime(60_000)
    edit(1)
    expect(setParams).not.toHaveBeenCalled()
    vi.advanceTimersByTime(701)
    edit(2)
    expect(setParams).toHaveBeenCalledTimes(1)
  })

  it('leaves the one before it the seed that that had', () => {
    const { rolls, params, edit, rest } = rolling()
    rolls.spareNext(true)
    params.seed = 4217
    edit(1)
    rest()
    expect(edit(0)).toBe(1)
    expect(edit(1)).toBe(4217)
  })
})
