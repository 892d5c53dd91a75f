import { DefaultSizeStyle, type Editor } from 'tldraw'
import { expect, it } from 'vitest'
import { stepWidth } from './pen.ts'

/** An editor with the pen in hand, or with so many shapes selected. */
function editorWith({ tool = 'draw', selected = 0 }) {
  const chosen: unknown[] = []
  const editor = {
    isIn: (path: string) => path === tool,
    getSelectedShapeIds: () => Array.from({ length: selected }, (_, at) => `shape:${at}`),
    getCurrentToolId: () => tool,
    getSharedStyles: () => new Map(),
    getStyleForNextShape: (style: unknown) => (style === DefaultSizeStyle ? 'm' : 'none'),
    run: (work: () => void) => work(),
    markHistoryStoppingPoint: () => '',
    setStyleForSelectedShapes: (_: unknown, value: unknown) => chosen.push(value),
    setStyleForNextShapes: (_: unknown, value: unknown) => chosen.push(value),
  }
  return { editor: editor as unknown as Editor, chosen }
}

it('a key makes the pen finer or broader', () => {
  const { editor, chosen } = editorWith({})
  stepWidth(editor, 1)
  stepWidth(editor, -1)
  expect(chosen).toEqual(['l', 's'])
})

it('with shapes selected the same key is left to what orders them', () => {
  const { editor, chosen } = editorWith({ tool: 'select', selected: 2 })
  stepWidth(editor, 1)
  expect(chosen).toEqual([])
})

it('shapes that were selected before the pen was taken up do not stop it', () => {
  const { editor, chosen } = editorWith({ selected: 2 })
  stepWidth(editor, 1)
  expect(chosen).toEqual(['l'])
})
