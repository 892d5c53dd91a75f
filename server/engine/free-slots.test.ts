import { describe, expect, it } from 'vitest'
import { FreeSlots } from './free-slots.ts'

const never = () => new AbortController().signal
const turn = () => new Promise(setImmediate)

describe('FreeSlots', () => {
  it('wakes one waiter per free slot, in the order they came', async () => {
    let free = 0
    const slots = new FreeSlots(() => free > 0)
    const woken: number[] = []
    for (const n of [0, 1, 2]) void slots.wait(never()).then(() => (woken.push(n), (free -= 1)))
    slots.changed()
    await turn()
    expect(woken).toEqual([])
    free = 1
    slots.changed()
    slots.changed()
    await turn()
    await turn()
    expect(woken).toEqual([0])
    free = 2
    slots.changed()
    await turn()
    await turn()
    expect(woken).toEqual([0, 1, 2])
  })

  it('asks the next one when who was woken takes no slot', async () => {
    const slots = new FreeSlots(() => true)
    const woken: number[] = []
    for (const n of [0, 1]) void slots.wait(never()).then(() => woken.push(n))
    await Promise.resolve()
    expect(woken).toEqual([0])
    await turn()
    await turn()
    expect(woken).toEqual([0, 1])
  })

  it('lets waiters give up, and forgets them', async () => {
    let free = false
    const slots = new FreeSlots(() => free)
    const abort = new AbortController()
    const given = slots.wait(abort.signal)
    const kept = slots.wait(never())
    abort.abort()
    await expect(given).rejects.toMatchObject({ code: 'cancelled' })
    expect(slots.waiting).toBe(1)
    await expect(slots.wait(abort.signal)).rejects.toMatchObject({ code: 'cancelled' })
    free = true
    slots.changed()
    await kept
  })

  it('refuses everyone once closed', async () => {
    const slots = new FreeSlots(() => false)
    const waiting = slots.wait(never())
    slots.close()
    await expect(waiting).rejects.toMatchObject({ code: 'draining' })
    await expect(slots.wait(never())).rejects.toMatchObject({ code: 'draining' })
  })
})
