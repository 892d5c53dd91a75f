// What the pen is: tool, colour, width, filled or not. Read and written through tldraw's own styles, so that a
// selection changes with the same buttons.
import {
  computed,
  DefaultColorStyle,
  DefaultDashStyle,
  DefaultFillStyle,
  DefaultSizeStyle,
  GeoShapeGeoStyle,
  react,
  type Editor,
  type StyleProp,
  type TLDefaultColorStyle,
  type TLDefaultSizeStyle,
} from 'tldraw'
import { keepPen, samePen, type AnyPen, type KeptPen } from '../kept-pen.ts'
import type { AnyColour } from '../own-colour.ts'
import { widthBeside, type WidthId } from '../palette.ts'

export type ToolId = 'select' | 'draw' | 'eraser' | 'rectangle' | 'ellipse' | 'triangle' | 'line' | 'text'

export interface Tool {
  readonly id: ToolId
  readonly label: string
  /** Shortcut; `undefined` where tldraw has none. */
  readonly key: string | undefined
}

export const TOOLS: readonly Tool[] = [
  { id: 'draw', label: 'Pen', key: 'D' },
  { id: 'eraser', label: 'Eraser', key: 'E' },
  { id: 'rectangle', label: 'Rectangle', key: 'R' },
  { id: 'ellipse', label: 'Ellipse', key: 'O' },
  { id: 'triangle', label: 'Triangle', key: undefined },
  { id: 'line', label: 'Line', key: 'L' },
  { id: 'text', label: 'Text', key: 'T' },
  { id: 'select', label: 'Select', key: 'V' },
]

export interface Pen {
  readonly tool: string
  readonly color: TLDefaultColorStyle | undefined
  readonly width: TLDefaultSizeStyle | undefined
  readonly filled: boolean
}

/** Reactive: read inside `useValue`. */
export function readPen(editor: Editor): Pen {
  const tool = editor.getCurrentToolId()
  return {
    tool: tool === 'geo' ? editor.getStyleForNextShape(GeoShapeGeoStyle) : tool,
    color: styleOf(editor, DefaultColorStyle),
    width: styleOf(editor, DefaultSizeStyle),
    filled: styleOf(editor, DefaultFillStyle) !== 'none',
  }
}

function styleOf<T>(editor: Editor, style: StyleProp<T>): T | undefined {
  const shared = editor.getSharedStyles().get(style)
  if (shared?.type === 'shared') return shared.value
  return shared ? undefined : editor.getStyleForNextShape(style)
}

export function applyFirstStyles(editor: Editor, { colour, width, filled }: KeptPen): void {
  editor.user.updateUserPreferences({ colorScheme: 'light' })
  editor.updateInstanceState({ isDebugMode: false, isGridMode: false, isToolLocked: true })
  editor.setStyleForNextShapes(DefaultDashStyle, 'solid')
  editor.setStyleForNextShapes(DefaultSizeStyle, width)
  editor.setStyleForNextShapes(DefaultFillStyle, filled ? 'fill' : 'none')
  editor.setStyleForNextShapes(DefaultColorStyle, colour)
}

/** Keeps what is chosen from now on; returns the stop. */
export function keepStyles(editor: Editor): () => void {
  const pen = computed(
    'pen for next shapes',
    (): AnyPen => ({
      colour: editor.getStyleForNextShape(DefaultColorStyle),
      width: editor.getStyleForNextShape(DefaultSizeStyle),
      filled: editor.getStyleForNextShape(DefaultFillStyle) !== 'none',
    }),
    // It is read from a record that changes with every move of the eraser.
    { isEqual: samePen },
  )
  const before = pen.get()
  return react('keep the pen', () => {
    if (pen.get() !== before) keepPen(pen.get())
  })
}

export function chooseTool(editor: Editor, tool: ToolId): void {
  if (tool === 'rectangle' || tool === 'ellipse' || tool === 'triangle') {
    editor.run(() => {
      editor.setStyleForNextShapes(GeoShapeGeoStyle, tool)
      editor.setCurrentTool('geo')
    })
    return
  }
  editor.setCurrentTool(tool)
}

/** @param goesOn what the picker showed before is replaced: undo takes back all of it at once. */
export function chooseColour(editor: Editor, color: AnyColour, goesOn = false): void {
  setStyle(editor, DefaultColorStyle, color, goesOn)
  if (editor.getCurrentToolId() === 'eraser') editor.setCurrentTool('draw')
}

export function chooseWidth(editor: Editor, width: WidthId): void {
  setStyle(editor, DefaultSizeStyle, width)
}

/** By key. In a selection the same keys are tldraw's, and order the shapes. */
export function stepWidth(editor: Editor, by: 1 | -1): void {
  if (editor.isIn('select') && editor.getSelectedShapeIds().length > 0) return
  const next = widthBeside(readPen(editor).width, by)
  if (next) chooseWidth(editor, next)
}

export function chooseFill(editor: Editor, filled: boolean): void {
  setStyle(editor, DefaultFillStyle, filled ? 'fill' : 'none')
}

function setStyle<T>(editor: Editor, style: StyleProp<T>, value: T, goesOn = false): void {
  editor.run(() => {
    if (editor.isIn('select')) {
      if (!goesOn) editor.markHistoryStoppingPoint('style')
      editor.setStyleForSelectedShapes(style, value)
    }
    editor.setStyleForNextShapes(style, value)
  })
}
