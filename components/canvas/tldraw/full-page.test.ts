import { EventEmitter } from 'node:events'
import { defaultTldrawOptions } from 'tldraw'
import { expect, it } from 'vitest'
import { RANGES } from '../../../lib/benchmark/settings.ts'
import type { Stroke } from '../plain/plain-drawing.ts'
import { checkCount, MOST_SHAPES, tellFullPage } from './full-page.ts'
import { OPTIONS } from './tldraw-look.ts'

it('a page takes more than tldraw would let it', () => {
  expect(OPTIONS.maxShapesPerPage).toBe(MOST_SHAPES)
  expect(MOST_SHAPES).toBeGreaterThan(2 * defaultTldrawOptions.maxShapesPerPage)
})

it('a full page can be measured', () => {
  expect(RANGES.shapes).toEqual([0, MOST_SHAPES])
})

it('says what did not go onto a full page, and what to do', () => {
  const editor = new EventEmitter()
  const problems: string[] = []
  const stop = tellFullPage(editor, (problem) => problems.push(problem))
  editor.emit('max-shapes', { name: 'Page 1', pageId: 'page:page', count: MOST_SHAPES })
  expect(problems).toEqual([
    expect.stringMatching(/10000 shapes on this page.*nothing was added. Erase some/),
  ])
  stop()
  expect(editor.listenerCount('max-shapes')).toBe(0)
})

it('a drawing that does not fit onto a page is told before the page is emptied for it', () => {
  const stroke: Stroke = { kind: 'stroke', colour: 'red', width: 'm', filled: false, points: [[0, 0, 0.5]] }
  const drawing = (count: number) => ({
    plain: 1 as const,
    items: Array.from({ length: count }, () => stroke),
  })
  const editor = { options: { maxShapesPerPage: 3 } }
  expect(() => checkCount(editor, drawing(3))).not.toThrow()
  expect(() => checkCount(editor, drawing(4))).toThrow(/has 4 shapes, and a page takes 3 at most/)
})
