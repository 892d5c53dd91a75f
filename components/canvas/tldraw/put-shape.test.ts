import { Box, type Editor, type TLCreateShapePartial, type TLShape } from 'tldraw'
import { describe, expect, it } from 'vitest'
import { putShape } from './put-shape.ts'

/** An editor that is zoomed in to a part of its page. */
function editorOf({ isFull = false } = {}) {
  const told: string[] = []
  const shapes: (TLCreateShapePartial & { id?: string })[] = []
  const editor = {
    getViewportPageBounds: () => new Box(0, 0, 300, 240),
    markHistoryStoppingPoint: (name: string) => told.push(`mark ${name}`),
    createShape: (shape: TLCreateShapePartial) => isFull || shapes.push(shape),
    getShape: (id: string) => shapes.find((shape) => shape.id === id) as TLShape | undefined,
    select: () => told.push('select'),
    setCurrentTool: (tool: string) => told.push(`tool ${tool}`),
    getContainer: () => ({ focus: () => told.push('focus') }),
  }
  return { editor: editor as unknown as Editor, told, shapes }
}

describe('a shape tool that is pressed by key', () => {
  it.each(['rectangle', 'ellipse', 'triangle'] as const)('puts a %s in the middle of what is seen', (geo) => {
    const { editor, shapes, told } = editorOf()
    putShape(editor, geo)
    expect(shapes).toMatchObject([{ type: 'geo', x: 110, y: 80, props: { geo, w: 80, h: 80 } }])
    expect(told).toEqual([`mark put ${geo}`, 'select', 'tool select', 'focus'])
  })

  it('puts a line there', () => {
    const { editor, shapes } = editorOf()
    putShape(editor, 'line')
    expect(shapes).toMatchObject([{ type: 'line', x: 110, y: 120 }])
    const { points } = shapes[0]?.props as { points: Record<string, { x: number; y: number }> }
    expect(Object.values(points)).toMatchObject([
      { x: 0, y: 0 },
      { x: 80, y: 0 },
    ])
  })

  it.each(['draw', 'eraser', 'select'] as const)('leaves the page as it is for %s', (tool) => {
    const { editor, told, shapes } = editorOf()
    putShape(editor, tool)
    expect([told, shapes]).toEqual([[], []])
  })

  it('selects nothing on a page that takes no more', () => {
    const { editor, told } = editorOf({ isFull: true })
    putShape(editor, 'line')
    expect(told).toEqual(['mark put line'])
  })
})
