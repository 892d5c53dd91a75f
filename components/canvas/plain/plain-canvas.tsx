'use client'
import { useEffect, useMemo, useRef, type PointerEvent } from 'react'
import { useStore } from 'zustand'
import { takesText } from '../../ui/takes-text.ts'
import { addPhotos } from '../add-photos.ts'
import { paperFor } from '../paper.ts'
import type { PlainPoint } from './plain-drawing.ts'
import { commandOf } from './plain-keys.ts'
import { PlainPainter } from './plain-painter.ts'
import type { PlainSurface } from './plain-surface.ts'
import { Pointers } from './pointers.ts'

interface PlainCanvasProps {
  readonly persistenceKey: string
  readonly surface: PlainSurface
  readonly canDraw: boolean
  readonly onProblem: (message: string) => void
}

/** The sheet of paper without tldraw. */
export function PlainCanvas({ persistenceKey, surface, canDraw, onProblem }: PlainCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useStore(surface.store, (state) => state.size)
  const tool = useStore(surface.store, (state) => state.tool)

  useEffect(() => surface.open(persistenceKey, onProblem), [persistenceKey, surface, onProblem])
  useEffect(() => (canvas.current ? keepPainted(canvas.current, surface) : undefined), [surface, size])
  const pointers = useMemo(() => new Pointers(surface), [surface])
  useKeys(surface, canDraw)
  usePaste(surface, canDraw)

  const points = (event: PointerEvent<HTMLCanvasElement>): PlainPoint[] => {
    const all = event.nativeEvent.getCoalescedEvents?.() ?? []
    const box = event.currentTarget.getBoundingClientRect()
    const paper = paperFor(size)
    return (all.length > 0 ? all : [event.nativeEvent]).map(({ clientX, clientY, pressure, pointerType }) => [
      paper.x + ((clientX - box.left) / box.width) * paper.w,
      paper.y + ((clientY - box.top) / box.height) * paper.h,
      pointerType === 'pen' ? pressure : 0.5,
    ])
  }
  return (
    <canvas
      aria-label="Paper to draw on"
      className="plain-canvas"
      data-tool={tool}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        const { files } = event.dataTransfer
        if (files.length > 0) addPhotos(surface, [...files])
        else onProblem(NO_FILE)
      }}
      onPointerCancel={(event) => pointers.cancel(event)}
      onPointerDown={(event) => {
        if (pointers.down(event, points(event))) event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => pointers.move(event, points(event))}
      onPointerUp={(event) => pointers.up(event)}
      ref={canvas}
      role="img"
    />
  )
}

/** A picture that is dragged out of another page comes as its address, and fetching that would leave the machine. */
const NO_FILE = 'What was dropped here is no file. Save the picture first, then drop the file'

/** Paints what changed, once a frame, at the screen's own resolution; returns the stop. */
function keepPainted(canvas: HTMLCanvasElement, surface: PlainSurface): () => void {
  const painter = new PlainPainter(surface.photos)
  let asked = 0
  const paint = () => {
    asked = 0
    const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio))
    const height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio))
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
    painter.paint(canvas, surface.items, surface.store.getState().size)
  }
  const soon = () => {
    asked ||= requestAnimationFrame(paint)
  }
  // The graphics processor came back, with nothing on any canvas.
  const onRestored = () => {
    painter.forget()
    soon()
  }
  const observer = new ResizeObserver(soon)
  observer.observe(canvas)
  canvas.addEventListener('contextrestored', onRestored)
  const stops = [
    surface.onChange(soon),
    surface.store.subscribe((state, before) => {
      if (state.ready !== before.ready) soon()
    }),
  ]
  soon()
  return () => {
    stops.forEach((stop) => stop())
    observer.disconnect()
    canvas.removeEventListener('contextrestored', onRestored)
    cancelAnimationFrame(asked)
    painter.forget()
  }
}

/** Keys are heard wherever the focus is; a drawing that is out of sight or read-only is not theirs to change. */
function useKeys(surface: PlainSurface, canDraw: boolean): void {
  useEffect(() => {
    if (!canDraw) return
    const onKeyDown = (event: KeyboardEvent) => {
      if (takesText(event.target)) return
      const command = commandOf(event)
      if (!command) return
      event.preventDefault()
      if (command === 'undo') surface.undo()
      else if (command === 'redo') surface.redo()
      else surface.store.setState({ tool: command })
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [surface, canDraw])
}

/** Pictures on the clipboard; whatever else is on it is nothing to this canvas. */
function usePaste(surface: PlainSurface, canDraw: boolean): void {
  useEffect(() => {
    if (!canDraw) return
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'))
      if (takesText(event.target) || files.length === 0) return
      event.preventDefault()
      addPhotos(surface, files)
    }
    window.addEventListener('paste', onPaste)
    return () => window.removeEventListener('paste', onPaste)
  }, [surface, canDraw])
}
