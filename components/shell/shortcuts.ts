// The page's own shortcuts, beside those of the drawing tools (canvas/tldraw-look.ts). One list: it is what the keys do
// and what the help says.
import { useEffect } from 'react'
import { pictureCommands } from '../result/picture-commands.ts'
import { openPictures } from '../result/pictures-view.ts'
import { preferences, VIEWS } from '../session/preferences.ts'
import { randomSeed } from '../session/seed.ts'
import type { Session } from '../session/session.ts'
import { saveDrawing } from './file-commands.ts'
import { keepLetterKeys } from './letter-keys.ts'
import { focusNotice } from './notices.tsx'
import { takesText } from '../ui/takes-text.ts'

export interface Shortcut {
  readonly keys: readonly string[]
  readonly does: string
  readonly run: (session: Session) => void
}

const view = (at: 0 | 1 | 2) => () => preferences.setState({ view: VIEWS[at] })

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['/'], does: 'Write the prompt', run: focusPrompt },
  { keys: ['1'], does: 'Side by side', run: view(0) },
  { keys: ['2'], does: 'Lens: the picture over the drawing', run: view(1) },
  { keys: ['3'], does: 'Picture only', run: view(2) },
  { keys: ['4'], does: 'Pictures so far, to go back to', run: () => openPictures() },
  { keys: ['P'], does: 'Pin the picture', run: (session) => pictureCommands(session).pin() },
  { keys: ['S'], does: 'Download the picture', run: (session) => pictureCommands(session).download() },
  { keys: ['G'], does: 'Roll a new seed', run: ({ client }) => client.setParams({ seed: randomSeed() }) },
  { keys: ['.'], does: 'Live on or off', run: toggleLive },
  { keys: ['N'], does: 'To the newest notice', run: focusNotice },
  { keys: ['F'], does: 'Fill closed shapes or not', run: ({ surface }) => surface.toggleFill() },
  { keys: ['['], does: 'Finer pen', run: ({ surface }) => surface.stepWidth(-1) },
  { keys: [']'], does: 'Broader pen', run: ({ surface }) => surface.stepWidth(1) },
]

type Told = readonly Pick<Shortcut, 'keys' | 'does'>[]

const BOTH: Told = [
  { keys: ['Ctrl', 'Z'], does: 'Undo' },
  { keys: ['Ctrl', 'Shift', 'Z'], does: 'Redo' },
  { keys: ['Ctrl', 'S'], does: 'Save the drawing to a file' },
]

/** What either canvas listens to itself; told in the help only. */
export const CANVAS_SHORTCUTS: Readonly<Record<'tldraw' | 'plain', Told>> = {
  plain: [
    { keys: ['D'], does: 'Pen' },
    { keys: ['E'], does: 'Eraser' },
    ...BOTH,
    { keys: ['Ctrl', 'V'], does: 'Paste a photo' },
  ],
  tldraw: [
    { keys: ['D'], does: 'Pen' },
    { keys: ['E'], does: 'Eraser' },
    { keys: ['R', 'O', 'L'], does: 'Rectangle, ellipse, line' },
    { keys: ['T'], does: 'Text' },
    { keys: ['Enter'], does: 'Put the chosen shape on the page' },
    { keys: ['V'], does: 'Select' },
    { keys: ['H'], does: 'Move the page when zoomed in' },
    ...BOTH,
    { keys: ['+'], does: 'Zoom in' },
    { keys: ['Shift', '0'], does: 'Whole page' },
    { keys: ['Del'], does: 'Delete the selection' },
    { keys: ['[', ']'], does: 'Selection to the back, to the front' },
  ],
}

function toggleLive(): void {
  preferences.setState(({ live }) => ({ live: !live }))
}

function focusPrompt(): void {
  const prompt = document.querySelector('[data-shortcut="prompt"]')
  if (!(prompt instanceof HTMLTextAreaElement)) return
  prompt.focus()
  prompt.select()
}

/** Wherever the focus is: the page of the browser, which it would save, is nothing without its server. */
function savesFile({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === 's' && (ctrlKey || metaKey) && !altKey && !shiftKey
}

export function useShortcuts(session: Session, openHelp: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (savesFile(event)) {
        event.preventDefault()
        if (!event.repeat) void saveDrawing(session)
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return
      if (takesText(event.target) || document.querySelector('dialog[open]')) return
      const key = event.key.toUpperCase()
      const shortcut = SHORTCUTS.find(({ keys }) => keys[0] === key)
      if (!shortcut && key !== '?') return
      event.preventDefault()
      if (shortcut) shortcut.run(session)
      else openHelp()
    }
    const stopKeeping = keepLetterKeys(window)
    window.addEventListener('keydown', onKeyDown)
    return () => {
      stopKeeping()
      window.removeEventListener('keydown', onKeyDown)
    }
  }, [session, openHelp])
}
