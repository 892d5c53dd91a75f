import { describe, expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { Activity, PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { largerPicture } from './larger-picture.ts'
import { waitingWords } from './picture-to-keep.ts'

/** As much of a client as a wait sees: what happens is told by `becomes` and `paints`. */
function watched() {
  const store = createStore<{ activity: Activity }>()(() => ({ activity: 'up-to-date' }))
  const listeners = new Set<(frame: PaintedFrame) => void>()
  const refine = vi.fn()
  const onFrame = (listener: (frame: PaintedFrame) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    client: { store, onFrame, refine } as unknown as SketchClient,
    refine,
    listeners,
    becomes: (activity: Activity) => store.setState({ activity }),
    paints: (mode: 'live' | 'refine') =>
      listeners.forEach((tell) => tell({ meta: { mode } } as unknown as PaintedFrame)),
  }
}

describe('largerPicture', () => {
  it('asks at once and takes the refined picture, not the live ones before it', async () => {
    const { client, refine, paints, listeners } = watched()
    const taken = largerPicture(client, { signal: new AbortController().signal, onNone: vi.fn() })
    expect(refine).toHaveBeenCalledTimes(1)
    paints('live')
    paints('refine')
    expect((await taken).meta.mode).toBe('refine')
    expect(listeners.size).toBe(0)
  })

  it('asks again for a pass that came to nothing, and says so when none comes at all', () => {
    const { client, refine, becomes } = watched()
    const onNone = vi.fn()
    void largerPicture(client, { signal: new AbortController().signal, onNone })
    for (let pass = 0; pass < 2; pass++) {
      becomes('refining')
      becomes('up-to-date')
    }
    expect(refine).toHaveBeenCalledTimes(3)
    expect(onNone).not.toHaveBeenCalled()
    becomes('refining')
    becomes('up-to-date')
    expect(refine).toHaveBeenCalledTimes(3)
    expect(onNone).toHaveBeenCalledOnce()
  })

  it('counts anew for every drawing, so that a long stroke never ends the wait', () => {
    const { client, refine, becomes, paints } = watched()
    const onNone = vi.fn()
    void largerPicture(client, { signal: new AbortController().signal, onNone })
    for (let stroke = 0; stroke < 10; stroke++) {
      becomes('generating')
      paints('live')
      becomes('up-to-date')
    }
    expect(refine).toHaveBeenCalledTimes(11)
    expect(onNone).not.toHaveBeenCalled()
  })

  it('leaves nothing behind when the wait is called off', () => {
    const { client, refine, becomes, listeners } = watched()
    const wait = new AbortController()
    void largerPicture(client, { signal: wait.signal, onNone: vi.fn() })
    wait.abort()
    becomes('refining')
    becomes('up-to-date')
    expect(refine).toHaveBeenCalledTimes(1)
    expect(listeners.size).toBe(0)
  })
})

describe('waitingWords', () => {
  const wish = { size: { width: 512, height: 512 }, purpose: 'copy it' }
  const live = { status: { name: 'live' }, live: true } as const

  it('say what is waited for, or what it waits on', () => {
    expect(waitingWords({ ...live, activity: 'refining' }, wish)).toBe('Refining to 512 × 512 to copy it')
    expect(waitingWords({ ...live, activity: 'generating' }, wish)).toContain('once the pen rests')
    const away = { status: { name: 'connecting', attempt: 2 }, live: true, activity: 'offline' } as const
    expect(waitingWords(away, wish)).toMatch(/^Not connected/)
  })
})
