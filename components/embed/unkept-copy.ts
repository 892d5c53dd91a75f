// While this browser refuses to keep the drawing, the page around has a copy of it: a frame that is taken off a page is
// gone before anybody could ask it.
import { settingsOf } from '../session/known-settings.ts'
import type { Session } from '../session/session.ts'
import { drawingText } from './embed-calls.ts'
import type { Line } from './frame-bridge.ts'

/** A photo makes a large copy, so there is none for every pointer event. */
const SOON_MS = 500

/** Posts the drawing soon after each change that is not kept; returns the stop. */
export function tellUnkept(line: Pick<Line, 'isOpen' | 'post'>, session: Session): () => void {
  if (!line.isOpen) return () => undefined
  const { client, surface } = session
  let timer: ReturnType<typeof setTimeout> | undefined
  let telling = Promise.resolve()
  let isOver = false
  const tell = async () => {
    // What cannot be written is told when somebody asks for it.
    const drawing = await drawingText(session).catch(() => undefined)
    // It may be kept by now, and what was told would grow old.
    if (drawing !== undefined && !isOver && !surface.store.getState().kept)
      line.post({ type: 'drawing', drawing })
  }
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      const { kept, busy } = surface.store.getState()
      if (kept || isOver) return
      if (busy) soon()
      else telling = telling.then(tell)
    }, SOON_MS)
  }
  soon()
  const stops = [
    surface.onChange(soon),
    surface.store.subscribe(({ kept }, before) => kept !== before.kept && soon()),
    client.store.subscribe((now, before) => settingsOf(now) !== settingsOf(before) && soon()),
  ]
  return () => {
    isOver = true
    clearTimeout(timer)
    stops.forEach((stop) => stop())
  }
}
