import { describe, expect, it } from 'vitest'
import type { PlainPoint } from './plain-drawing.ts'
import { Pointers, type Touch } from './pointers.ts'

const AT: readonly PlainPoint[] = [[1, 2, 0.5]]

function paper({ isPenOnly = false } = {}) {
  const told: string[] = []
  const pointers = new Pointers({
    isPenOnly,
    penDown: (_: PlainPoint, touch: Touch) => told.push(`down: ${touch}`),
    penMove: () => told.push('move'),
    penUp: () => told.push('up'),
    penCancel: () => told.push('cancel'),
  })
  const down = (pointerId: number, pointerType = 'touch', button = 0) =>
    pointers.down({ pointerId, pointerType, button, buttons: button === 5 ? 32 : 1 }, AT)
  const move = (pointerId: number) => pointers.move({ pointerId }, AT)
  const up = (pointerId: number) => pointers.up({ pointerId })
  const cancel = (pointerId: number) => pointers.cancel({ pointerId })
  return { told, down, move, up, cancel }
}

describe('the pointers on the paper', () => {
  it('one finger draws', () => {
    const { told, down, move, up } = paper()
    expect(down(1)).toBe(true)
    move(1)
    up(1)
    expect(told).toEqual(['down: hand', 'move', 'up'])
  })

  it('a second finger takes back what the first had begun, and nothing is drawn until both are gone', () => {
    const { told, down, move, up } = paper()
    down(1)
    move(1)
    expect(down(2)).toBe(false)
    move(1)
    move(2)
    up(2)
    expect(down(3)).toBe(false)
    up(3)
    up(1)
    expect(told).toEqual(['down: hand', 'move', 'cancel'])
    expect(down(4)).toBe(true)
  })

  it('the hand under a pen does not disturb it', () => {
    const { told, down, move, up } = paper()
    down(1, 'pen')
    expect(down(2)).toBe(false)
    move(2)
    up(2)
    move(1)
    up(1)
    expect(told).toEqual(['down: tip', 'move', 'up'])
  })

  it('the hand that lands before the pen gives way to it, and what it had begun is taken back', () => {
    const { told, down, move, up } = paper()
    down(1)
    move(1)
    expect(down(2, 'pen')).toBe(true)
    move(1)
    up(1)
    move(2)
    up(2)
    expect(told).toEqual(['down: hand', 'move', 'cancel', 'down: tip', 'move', 'up'])
  })

  it('the pen draws beside two fingers that lie on the paper', () => {
    const { told, down } = paper()
    down(1)
    down(2)
    expect(down(3, 'pen')).toBe(true)
    expect(told).toEqual(['down: hand', 'cancel', 'down: tip'])
  })

  it('where a pen draws fingers do not, and a mouse does', () => {
    const { told, down, move, up } = paper({ isPenOnly: true })
    expect(down(1)).toBe(false)
    move(1)
    up(1)
    expect(told).toEqual([])
    expect(down(2, 'mouse')).toBe(true)
  })

  it('the other end of a pen erases', () => {
    const { told, down } = paper()
    expect(down(1, 'pen', 5)).toBe(true)
    expect(told).toEqual(['down: eraser'])
  })

  it('a gesture of the browser takes the stroke away, and the next finger draws', () => {
    const { told, down, cancel } = paper()
    down(1)
    cancel(1)
    cancel(2)
    expect(told).toEqual(['down: hand', 'cancel'])
    expect(down(3)).toBe(true)
  })

  it('only the main button of a mouse or a pen draws', () => {
    expect(paper().down(1, 'mouse', 2)).toBe(false)
    expect(paper().down(1, 'mouse', 5)).toBe(false)
    expect(paper().down(1, 'pen', 2)).toBe(false)
  })
})
