'use client'
import { useRef } from 'react'
import { useStore } from 'zustand'
import type { ShownPin } from '../session/pin-board.ts'
import { useSession } from '../session/session-context.ts'
import { Icon } from '../ui/icon.tsx'
import { useHeardKey } from '../ui/page-keys.ts'
import { usePinRemoval } from './pin-removal.ts'
import { PicturesDialog } from './pictures-dialog.tsx'
import { openPictures } from './pictures-view.ts'
import { restorePin } from './restore-pin.ts'

/**
 * Pinned results, newest first: one press brings picture, words, settings and drawing back. Before them the way to every
 * picture so far, where there is room to look at a pin and, with fingers, to remove one.
 */
export function PinStrip() {
  const { pins: board } = useSession()
  const pins = useStore(board.store, (state) => state.pins)
  const removal = usePinRemoval(board)
  const key = useHeardKey({ pageKey: '4' })
  const strip = useRef<HTMLDivElement>(null)
  const remove = (id: string) => {
    // The button that had the focus goes with the pin: on to the next one, back to the one before, or out of the strip.
    const at = pins.findIndex((pin) => pin.id === id)
    const beside = pins[at + 1] ?? pins[at - 1]
    const next = beside ? `[data-pin="${beside.id}"] .pin-remove` : '.pictures-open'
    strip.current?.querySelector<HTMLElement>(next)?.focus()
    removal.remove(id)
  }
  return (
    <div className="pins" ref={strip}>
      {/* A tip of the page's own would be cut off where the strip scrolls. */}
      <button
        aria-keyshortcuts={key}
        aria-label="Pictures so far"
        className="icon-button pictures-open"
        onClick={() => openPictures()}
        title={key ? `Pictures so far (${key})` : 'Pictures so far'}
        type="button"
      >
        <Icon name="history" />
      </button>
      {pins.length === 0 ? <p className="pins-empty">Pinned pictures gather here</p> : null}
      {pins.length > 0 ? (
        <ul aria-label="Pinned results" className="pin-list">
          {pins.map((pin, at) => (
            <PinTile at={at} key={pin.id} onRemove={remove} pin={pin} />
          ))}
        </ul>
      ) : null}
      <PicturesDialog onRemove={(id) => removal.remove(id)} />
    </div>
  )
}

interface PinTileProps {
  readonly pin: ShownPin
  readonly at: number
  readonly onRemove: (id: string) => void
}

function PinTile({ pin, at, onRemove }: PinTileProps) {
  const session = useSession()
  return (
    <li className="pin" data-pin={pin.id}>
      <button
        aria-label={`Restore pinned picture ${at + 1}: ${pin.params.prompt}`}
        className="pin-restore"
        onClick={() => void restorePin(session, pin)}
        title={pin.model === undefined ? pin.params.prompt : `${pin.params.prompt} (${pin.model})`}
        type="button"
      >
        {/* A local object URL: there is nothing for an image optimiser to do. */}
        <img alt="" height={pin.height} src={pin.url} width={pin.width} />
      </button>
      <button
        aria-label={`Show pinned picture ${at + 1} large`}
        className="pin-button pin-open"
        onClick={() => openPictures(pin.id)}
        type="button"
      >
        <Icon name="expand" size={12} />
      </button>
      <button
        aria-label={`Remove pinned picture ${at + 1}`}
        className="pin-button pin-remove"
        onClick={() => onRemove(pin.id)}
        type="button"
      >
        <Icon name="close" size={12} />
      </button>
    </li>
  )
}
