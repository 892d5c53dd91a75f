import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'
import type { WordGroup } from './prompt-words.ts'
import { rowSight, scrollFor, type RowSight, type Span } from './row-scroll.ts'

interface RowOfWords {
  readonly row: RefObject<HTMLElement | null>
  readonly group: WordGroup
  readonly prompt: string
  /** All words are in sight, in as many lines as that takes. */
  readonly open: boolean
}

interface RowScroll {
  readonly sight: RowSight
  readonly overflows: boolean
  readonly showChosen: () => void
  /** A press in the row makes this of the prompt: what was pressed is in sight, and stays where it is. */
  readonly stay: (prompt: string) => void
  readonly look: () => void
}

/**
 * Keeps what is chosen in a closed row in sight, and knows where the row goes on. Nothing moves under a pointer that is
 * over the row, or with the focus of a key in it.
 */
export function useRowScroll({ row, group, prompt, open }: RowOfWords): RowScroll {
  const [sight, setSight] = useState<RowSight>({ before: false, after: false, chosenHidden: false })
  const [overflows, setOverflows] = useState(false)
  const look = useCallback(() => {
    if (!row.current) return
    const now = rowSight(row.current, chosenIn(row.current))
    setSight((was) => (isSame(was, now) ? was : now))
  }, [row])
  const showChosen = useCallback(() => {
    if (row.current && !row.current.matches(':hover, :has(:focus-visible)')) scrollToChosen(row.current)
  }, [row])

  const pressed = useRef<string>(undefined)
  const stay = useCallback((next: string) => {
    pressed.current = next
  }, [])

  // A row that is open stays one that overflows: the button that closes it is the one that has the focus.
  useEffect(() => {
    const element = row.current
    if (!element || open) return
    const observer = new ResizeObserver(() => {
      setOverflows(element.scrollWidth > element.clientWidth + 1)
      scrollToChosen(element, 'instant')
      look()
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [row, group, open, look])
  useEffect(() => {
    const isPressed = prompt === pressed.current
    pressed.current = undefined
    if (!overflows || open) return
    if (!isPressed) showChosen()
    look()
  }, [overflows, open, prompt, showChosen, look])
  return { sight, overflows, showChosen, stay, look }
}

const isSame = (a: RowSight, b: RowSight) =>
  a.before === b.before && a.after === b.after && a.chosenHidden === b.chosenHidden

function chosenIn(row: HTMLElement): Span[] {
  const origin = row.getBoundingClientRect().left - row.scrollLeft
  return [...row.querySelectorAll("[aria-pressed='true']")].map((chip) => {
    const { left, right } = chip.getBoundingClientRect()
    return { start: left - origin, end: right - origin }
  })
}

function scrollToChosen(row: HTMLElement, behavior: ScrollBehavior = 'auto'): void {
  const left = scrollFor(row, chosenIn(row))
  if (left !== undefined) row.scrollTo({ left, behavior })
}
