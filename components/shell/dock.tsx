'use client'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { isOfInputMethod } from '../panel/leaves-box.ts'
import { PromptBox } from '../panel/prompt-box.tsx'
import { Settings } from '../panel/settings.tsx'
import { Icon } from '../ui/icon.tsx'

/** Words and settings: under the sheets on a desk, a sheet that comes up from below on a phone. */
export function Dock() {
  const [open, setOpen] = useState(false)
  const startY = useRef<number>(undefined)
  const dock = useRef<HTMLDivElement>(null)
  const handle = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    const onFocusIn = ({ target }: FocusEvent) => {
      if (dock.current && target instanceof Element && isCovered(target, dock.current)) setOpen(false)
    }
    document.addEventListener('focusin', onFocusIn)
    return () => document.removeEventListener('focusin', onFocusIn)
  }, [open])
  const onKeyDown = ({ key, nativeEvent, currentTarget }: KeyboardEvent) => {
    if (!open || key !== 'Escape' || isOfInputMethod(nativeEvent)) return
    // A list of its own is closed first.
    if (currentTarget.querySelector(':popover-open')) return
    setOpen(false)
    handle.current?.focus()
  }
  return (
    <div className="dock" data-open={open} onKeyDown={onKeyDown} ref={dock}>
      <button
        aria-controls="dock-body"
        aria-expanded={open}
        aria-label={open ? 'Hide settings' : 'Show settings'}
        className="dock-handle"
        onClick={() => setOpen(!open)}
        onPointerDown={(event) => {
          startY.current = event.clientY
        }}
        onPointerMove={(event) => {
          const moved = startY.current === undefined ? 0 : event.clientY - startY.current
          if (Math.abs(moved) < 24) return
          startY.current = undefined
          setOpen(moved < 0)
        }}
        ref={handle}
        type="button"
      >
        <Icon name="chevron" size={18} />
      </button>
      <div className="dock-body" id="dock-body">
        <PromptBox remembers />
        <Settings canChooseModel />
      </div>
    </div>
  )
}

/** What goes on by keys goes on under the open dock as well, where nobody sees what has the focus. */
function isCovered(element: Element, dock: Element): boolean {
  if (dock.contains(element)) return false
  const { left, top, width, height } = element.getBoundingClientRect()
  return dock.contains(document.elementFromPoint(left + width / 2, top + height / 2))
}
