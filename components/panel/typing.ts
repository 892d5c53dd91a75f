import { useEffect, useMemo, useRef } from 'react'

/** Long enough not to render every letter, short enough to feel immediate. */
const TYPING_MS = 150

interface Typing {
  /** Does it once nothing was typed for a moment, instead of what waits. */
  readonly later: (run: () => void) => void
  readonly cancel: () => void
}

/** What is typed applies a moment later, and not at all once the field is gone. */
export function useTyping(): Typing {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return useMemo(() => {
    const cancel = () => clearTimeout(timer.current)
    const later = (run: () => void) => {
      cancel()
      timer.current = setTimeout(run, TYPING_MS)
    }
    return { later, cancel }
  }, [])
}
