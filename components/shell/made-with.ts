// Files that come onto the page by themselves, wherever they fall: they may tell how they were made. Whoever takes them
// takes them all the same.
import { useEffect } from 'react'
import { offerMadeWith } from '../session/offer-made-with.ts'
import type { Session } from '../session/session.ts'

export function useMadeWith(session: Session): void {
  useEffect(() => {
    const look = (data: DataTransfer | null) => void offerMadeWith(session, [...(data?.files ?? [])])
    const onDrop = ({ dataTransfer }: DragEvent) => look(dataTransfer)
    const onPaste = ({ clipboardData }: ClipboardEvent) => look(clipboardData)
    window.addEventListener('drop', onDrop, { capture: true })
    window.addEventListener('paste', onPaste, { capture: true })
    return () => {
      window.removeEventListener('drop', onDrop, { capture: true })
      window.removeEventListener('paste', onPaste, { capture: true })
    }
  }, [session])
}
