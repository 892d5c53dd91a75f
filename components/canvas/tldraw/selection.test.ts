import { Box, type Editor } from 'tldraw'
import { describe, expect, it } from 'vitest'
import { freeHalf, runCommand, SELECTION_COMMANDS } from './selection.ts'

function editorWith({ selected = ['shape:boat'], state = 'select.idle', y = 0 } = {}) {
  const told: unknown[] = []
  let ids = selected
  const say = (what: string) => (shapes: string[]) => told.push([what, shapes])
  const editor = {
    isIn: (path: string) => path === state,
    getSelectedShapeIds: () => ids,
    getSelectionPageBounds: () => (ids.length > 0 ? new Box(0, y, 10, 10) : null),
    getViewportPageBounds: () => new Box(0, 0, 100, 100),
    getContainer: () => ({ focus: () => told.push('focus') }),
    markHistoryStoppingPoint: () => told.push('mark'),
    duplicateShapes: say('duplicate'),
    bringToFront: say('front'),
    sendToBack: say('back'),
    deleteShapes: (shapes: string[]) => {
      say('delete')(shapes)
      ids = []
    },
  }
  return { editor: editor as unknown as Editor, told }
}

describe('what can be done with a selection', () => {
  it('is one step of undo each', () => {
    const { editor, told } = editorWith()
    const [duplicate, front, back, remove] = SELECTION_COMMANDS
    for (const command of [duplicate, front, back]) if (command) runCommand(editor, command)
    const ids = ['shape:boat']
    expect(told).toEqual(['mark', ['duplicate', ids], 'mark', ['front', ids], 'mark', ['back', ids]])
    if (remove) runCommand(editor, remove)
    expect(told.slice(-3)).toEqual(['mark', ['delete', ids], 'focus'])
  })

  it('is offered where the selection is not, and not while it is moved', () => {
    expect(freeHalf(editorWith({ y: 10 }).editor)).toBe('bottom')
    expect(freeHalf(editorWith({ y: 80 }).editor)).toBe('top')
    expect(freeHalf(editorWith({ selected: [] }).editor)).toBeUndefined()
    expect(freeHalf(editorWith({ state: 'select.translating' }).editor)).toBeUndefined()
  })
})
