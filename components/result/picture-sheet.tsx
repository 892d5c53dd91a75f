'use client'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { PaintedFrame } from '../../lib/client/types.ts'
import { useClient, useSession } from '../session/session-context.ts'
import { attachForGood } from './attach-for-good.ts'
import { paintOnce } from './paint-once.ts'
import { pictureNote } from './picture-note.ts'

const PAINT = 'drawing-to-paint'

/**
 * The rendered picture: one canvas handed to the painter, no React state per frame. `data-seq` names the last painted
 * frame, `data-current` that it is of the drawing as it is now, `data-refined` that it is the better one of it, and
 * `data-forming` that step previews of the next picture lie over it.
 */
export function PictureSheet() {
  const { client, surface, shown } = useSession()
  const canvas = useRef<HTMLCanvasElement>(null)
  const current = useStore(shown.store, (state) => state.current)
  const refined = useClient((state) => state.refined) && current
  const forming = useClient((state) => state.forming)
  const isEmpty = useStore(surface.store, (state) => state.empty)
  const blanked = useClient((state) => state.blanked)
  const painted = useClient((state) => state.stats.painted > 0) || forming
  const isTold = painted && (refined || isEmpty)

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const mark = ({ seq, params }: PaintedFrame) => {
      element.dataset['seq'] = String(seq)
      const label = labelOf(params.prompt)
      if (element.getAttribute('aria-label') !== label) element.setAttribute('aria-label', label)
    }
    const last = client.lastFrame()
    if (last) mark(last)
    const painted = (frame: PaintedFrame) => {
      const { snapshotAtMs } = frame
      mark(frame)
      // For the browser's own profiler and for a PerformanceObserver: what was drawn before the start of this measure
      // is on the screen at its end. Nothing is left behind: a day of drawing would be a million entries.
      performance.measure(PAINT, { start: snapshotAtMs, end: performance.now() })
      performance.clearMeasures(PAINT)
    }
    const stops = [attachForGood(client, element), client.onFrame(painted)]
    return () => stops.forEach((stop) => stop())
  }, [client])

  return (
    <div
      className="picture"
      data-current={current}
      data-forming={forming}
      data-painted={painted}
      data-refined={refined}
    >
      <canvas aria-label={labelOf('')} className="picture-canvas" ref={canvas} role="img" />
      {painted ? null : <Waiting />}
      {/* Before the words that come up in it: what comes with them is not always read aloud. */}
      <div role="status">{blanked ? <Blanked /> : null}</div>
      {/* It fades: out of sight it is still there. */}
      <span aria-hidden={!isTold} className="badge" data-shown={isTold}>
        {isEmpty ? 'From the prompt alone' : 'Refined'}
      </span>
      <div role="status">
        <Note current={current} painted={painted} />
      </div>
    </div>
  )
}

/** What a picture shows is best told by the words that it was made from. */
function labelOf(prompt: string): string {
  return prompt === '' ? 'Rendered picture' : `Rendered picture: ${prompt}`
}

function Note({ current, painted }: { readonly current: boolean; readonly painted: boolean }) {
  const { client, calm } = useSession()
  const activity = useStore(calm, (state) => state.activity)
  const note = pictureNote({ current, painted, activity })
  if (!note) return null
  return (
    <p className="picture-note">
      {note.text}
      {note.canPaint ? (
        <button className="text-button" onClick={() => paintOnce(client)} type="button">
          Paint it once
        </button>
      ) : null}
    </p>
  )
}

function Blanked() {
  return (
    <p className="picture-blanked">
      The safety checker blanked this picture.
      <br />
      Change the drawing or the words for another.
    </p>
  )
}

function Waiting() {
  const activity = useClient((state) => state.activity)
  const text = activity === 'loading' ? 'Loading the model' : 'The picture appears here'
  return (
    <div className="picture-waiting">
      <span>{text}</span>
    </div>
  )
}
