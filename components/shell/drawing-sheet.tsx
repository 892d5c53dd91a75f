'use client'
import { useEffect, useRef, type ReactNode } from 'react'
import { settingsOf } from '../session/known-settings.ts'
import { useClient } from '../session/session-context.ts'
import { shortWords } from './short-words.ts'

interface DrawingSheetProps {
  /** Somebody chose this drawing, on a page that showed another. */
  readonly chosen: boolean
  readonly children: ReactNode
}

/** The sheet that is drawn on. By its words it is known in the title of the page and to who hears the page. */
export function DrawingSheet({ chosen, children }: DrawingSheetProps) {
  const words = useClient((state) => shortWords(settingsOf(state).prompt?.trim() ?? ''))
  const sheet = useRef<HTMLElement>(null)
  useEffect(() => {
    document.title = words === '' ? 'Sketchwire' : `${words} · Sketchwire`
  }, [words])
  useEffect(() => {
    if (chosen && sheet.current) focusOnce(sheet.current)
  }, [chosen])
  return (
    <section
      aria-label={words === '' ? 'Drawing' : `Drawing: ${words}`}
      className="sheet sheet-drawing"
      data-testid="drawing"
      ref={sheet}
    >
      {children}
    </section>
  )
}

/** What had the focus went with the drawing of before. Later the sheet takes none: a click on it is a stroke. */
function focusOnce(sheet: HTMLElement): void {
  sheet.tabIndex = -1
  sheet.addEventListener('blur', () => sheet.removeAttribute('tabindex'), { once: true })
  sheet.focus({ preventScroll: true })
}
