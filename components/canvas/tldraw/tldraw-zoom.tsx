import { useLayoutEffect, useRef, type ReactNode } from 'react'
import { useValue, type Editor } from 'tldraw'
import { useStore } from 'zustand'
import { Icon, type IconName } from '../../ui/icon.tsx'
import type { TldrawSurface } from '../tldraw-surface.ts'
import { isFitted, isNearest, zoomOf } from './camera.ts'

interface TldrawZoomProps {
  readonly surface: TldrawSurface
  readonly hasButtons: boolean
}

export function TldrawZoom({ surface, hasButtons }: TldrawZoomProps) {
  const editor = useStore(surface.store, (state) => state.hands?.editor)
  return editor ? <Zoom editor={editor} hasButtons={hasButtons} /> : null
}

interface ZoomProps {
  readonly editor: Editor
  readonly hasButtons: boolean
}

const SMOOTHLY = { animation: { duration: 180 } }

/** All of the sheet is there to be drawn on but for the one button, until it is zoomed in. */
function Zoom({ editor, hasButtons }: ZoomProps) {
  const isWhole = useValue('whole page', () => isFitted(editor), [editor])
  const isMost = useValue('nearest', () => isNearest(editor), [editor])
  const group = useRef<HTMLDivElement>(null)
  if (isWhole && !hasButtons) return null
  const onWhole = () => editor.setCamera(editor.getCamera(), { reset: true, ...SMOOTHLY })
  return (
    <div aria-label="Zoom" className="zoom" ref={group} role="group">
      {hasButtons ? (
        <ZoomButton
          icon="add"
          label="Zoom in"
          off={isMost}
          onClick={() => editor.zoomIn(undefined, SMOOTHLY)}
        />
      ) : null}
      {isWhole ? null : (
        <GivesFocus to={group}>
          {hasButtons ? (
            <ZoomButton icon="less" label="Zoom out" onClick={() => editor.zoomOut(undefined, SMOOTHLY)} />
          ) : null}
          <Chip editor={editor} onWhole={onWhole} />
        </GivesFocus>
      )}
    </div>
  )
}

interface ZoomButtonProps {
  readonly icon: IconName
  readonly label: string
  readonly off?: boolean
  readonly onClick: () => void
}

function ZoomButton({ icon, label, off = false, onClick }: ZoomButtonProps) {
  return (
    <button
      aria-disabled={off || undefined}
      aria-label={label}
      className="zoom-button"
      onClick={off ? undefined : onClick}
      title={label}
      type="button"
    >
      <Icon name={icon} size={14} />
    </button>
  )
}

interface GivesFocusProps {
  /** Its first button takes the focus from what goes. */
  readonly to: { readonly current: HTMLElement | null }
  readonly children: ReactNode
}

/** What leads back to the whole page goes with its work: whoever pressed it by key goes on at what stays. */
function GivesFocus({ to, children }: GivesFocusProps) {
  useLayoutEffect(() => {
    const { current: group } = to
    return () => {
      if (group?.contains(document.activeElement)) group.querySelector('button')?.focus()
    }
  }, [to])
  return <>{children}</>
}

interface ChipProps {
  readonly editor: Editor
  readonly onWhole: () => void
}

function Chip({ editor, onWhole }: ChipProps) {
  const zoom = useValue('zoom', () => zoomOf(editor), [editor])
  return (
    <button aria-label="Show the whole page" className="zoom-chip" onClick={onWhole} type="button">
      {Math.round(zoom * 100)} %<span className="zoom-words"> · whole page</span>
    </button>
  )
}
