import { useEffect } from 'react'
import { showStaying, type StayingNotice } from '../session/notices.ts'
import { CANVAS_HIDDEN, showsCanvases } from './canvas-access.ts'
import type { CanvasTrouble } from './drawing-surface.ts'

/** The start has more urgent things to do. */
const AFTER_MS = 1000

/** Read, and not to come up again with the next drawing of this page. */
let isDismissed = false

/** Says for good when this browser hides what canvases hold. */
export function useCanvasAccess(onTrouble: ((trouble: CanvasTrouble) => void) | undefined): void {
  useEffect(() => {
    let notice: StayingNotice | undefined
    let isOver = false
    const dismiss = () => {
      isDismissed = true
      notice?.close()
    }
    const look = async () => {
      if ((await showsCanvases()) || isOver) return
      onTrouble?.(CANVAS_HIDDEN)
      if (isDismissed) return
      notice = showStaying('lasting', `${CANVAS_HIDDEN.message}.`, [
        { label: 'Reload the page', run: () => window.location.reload() },
        { label: 'Dismiss', run: dismiss },
      ])
    }
    const timer = setTimeout(() => void look(), AFTER_MS)
    return () => {
      isOver = true
      clearTimeout(timer)
      notice?.close()
    }
  }, [onTrouble])
}
