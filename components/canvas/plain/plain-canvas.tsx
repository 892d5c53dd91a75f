'use client'
import { useEffect, useRef, type PointerEvent } from 'react'
import { useStore } from 'zustand'
import { messageOf } from '../../../lib/std/errors.ts'
import { paperFor } from '../paper.ts'
import type { PlainPoint } from './plain-drawing.ts'
import { paintItems } from './plain-painter.ts'
import type { PlainSurface } from './plain-surface.ts'

interface PlainCanvasProps {
  readonly persistenceKey: string
  readonly surface: PlainSurface
  readonly onProblem: (message: string) => void
}

/** The sheet of paper without tldraw. */
export function PlainCanvas({ persistenceKey, surface, onProblem }: PlainCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useStore(surface.store, (state) => state.size)
  const tool = useStore(surface.store, (state) => state.tool)
  const drawing = useRef(false)

  useEffect(() => {
    void surface.open(persistenceKey)
    return surface.keepUnsaved(persistenceKey)
  }, [persistenceKey, surface])
  useEffect(() => (canvas.current ? keepPainted(canvas.current, surface) : undefined), [surface, size])
  useKeys(surface)

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
  const end = (how: () => void) => () => {
    if (!drawing.current) return
    drawing.current = false
    how()
  }
  const drop = (files: FileList) => {
    const pictures = [...files].filter(({ type }) => type.startsWith('image/'))
    surface.addPhotos(pictures).catch((error: unknown) => onProblem(messageOf(error)))
  }
  return (
    <canvas
      aria-label="Paper to draw on"
      className="plain-canvas"
      data-tool={tool}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        drop(event.dataTransfer.files)
      }}
      onPointerCancel={end(() => surface.penCancel())}
      onPointerDown={(event) => {
        if (drawing.current || event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        drawing.current = true
        points(event)
          .slice(-1)
          .forEach((point) => surface.penDown(point))
      }}
      onPointerMove={(event) => {
        if (drawing.current && event.isPrimary) surface.penMove(points(event))
      }}
      onPointerUp={end(() => surface.penUp())}
      ref={canvas}
      role="img"
    />
  )
}

/** Paints what changed, once a frame, at the screen's own resolution; returns the stop. */
function keepPainted(canvas: HTMLCanvasElement, surface: PlainSurface): () => void {
  let asked = 0
  const paint = () => {
    asked = 0
    const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio))
    const height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio))
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
    paintItems(canvas, surface.items, surface.store.getState().size)
  }
  const soon = () => {
    asked ||= requestAnimationFrame(paint)
  }
  const observer = new ResizeObserver(soon)
  observer.observe(canvas)
  const stop = surface.onChange(soon)
  soon()
  return () => {
    stop()
    observer.disconnect()
    cancelAnimationFrame(asked)
  }
}

function useKeys(surface: PlainSurface): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLElement && event.target.matches('input, textarea, select')) return
      const key = event.key.toLowerCase()
      const isCommand = event.ctrlKey || event.metaKey
      if (isCommand && (key === 'y' || (key === 'z' && event.shiftKey))) surface.redo()
      else if (isCommand && key === 'z') surface.undo()
      else if (!isCommand && key === 'd') surface.store.setState({ tool: 'draw' })
      else if (!isCommand && key === 'e') surface.store.setState({ tool: 'eraser' })
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [surface])
}
