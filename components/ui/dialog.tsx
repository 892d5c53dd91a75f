import { useEffect, useId, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react'
import { keepKeys } from './dialog-keys.ts'
import { IconButton } from './icon-button.tsx'
import { takeNotices } from './notice-place.ts'
import { PressBeside } from './press-beside.ts'

export interface DialogProps {
  readonly title: string
  readonly open: boolean
  /** It is closed, or to be closed: by its cross, by Escape, by a press beside it. May come twice. */
  readonly onClose: () => void
  /** It asks for an answer: it has no cross, and a press beside it is none. Escape closes it all the same. */
  readonly asks?: boolean
  /** Takes the focus where what had it is gone. */
  readonly heading?: RefObject<HTMLHeadingElement | null>
  readonly className?: string
  readonly children: ReactNode
}

/**
 * A modal dialog. The browser keeps the focus in it and gives it back to where it was; keys and clipboard are the
 * dialog's alone meanwhile, and what comes up is said in its head.
 */
export function Dialog(props: DialogProps) {
  const { title, open, onClose, asks = false, heading, className = '', children } = props
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const [press] = useState(() => new PressBeside())
  useEffect(() => (dialog.current ? keepKeys(dialog.current, window) : undefined), [])
  // Before anything is painted: its content comes and goes with it.
  useLayoutEffect(() => {
    const { current: element } = dialog
    if (!open || !element || !place.current) return
    element.showModal()
    const giveBack = takeNotices(place.current)
    return () => {
      giveBack()
      element.close()
    }
  }, [open])
  return (
    <dialog
      aria-labelledby={id}
      className={`dialog ${className}`}
      onClick={(event) => (press.end(event) && !asks ? onClose() : undefined)}
      // It is told a moment later, and may be open again by then.
      onClose={({ currentTarget }) => (currentTarget.open ? undefined : onClose())}
      onPointerDown={(event) => press.begin(event)}
      ref={dialog}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={id} ref={heading} tabIndex={heading && -1}>
            {title}
          </h2>
          {asks ? null : <IconButton icon="close" label="Close" onClick={onClose} tip="left" />}
          <div className="dialog-notices" ref={place} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
