'use client'
import { useRef, useState } from 'react'
import { PromptBox } from '../panel/prompt-box.tsx'
import { Settings } from '../panel/settings.tsx'
import { Icon } from '../ui/icon.tsx'

/** Words and settings: under the sheets on a desk, a sheet that comes up from below on a phone. */
export function Dock() {
  const [open, setOpen] = useState(false)
  const startY = useRef<number>(undefined)
  return (
    <div className="dock" data-open={open}>
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
