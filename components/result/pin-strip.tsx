'use client'
import { useStore } from 'zustand'
import { messageOf } from '../../lib/std/errors.ts'
import { notify } from '../session/notices.ts'
import type { PinBoard } from '../session/pin-board.ts'
import { useSession } from '../session/session-context.ts'
import { Icon } from '../ui/icon.tsx'
import { restorePin } from './restore-pin.ts'

/** Pinned results, newest first: one press brings picture, words, settings and drawing back. */
export function PinStrip() {
  const session = useSession()
  const pins = useStore(session.pins.store, (state) => state.pins)
  if (pins.length === 0) return <p className="pins-empty">Pinned pictures gather here</p>
  return (
    <ul aria-label="Pinned results" className="pins">
      {pins.map((pin, at) => (
        <li className="pin" key={pin.id}>
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
            aria-label={`Remove pinned picture ${at + 1}`}
            className="pin-remove"
            onClick={() => void remove(session.pins, pin.id)}
            type="button"
          >
            <Icon name="close" size={12} />
          </button>
        </li>
      ))}
    </ul>
  )
}

async function remove(pins: PinBoard, id: string): Promise<void> {
  try {
    await pins.remove(id)
  } catch (error) {
    notify(`This pin could not be removed: ${messageOf(error)}`, 'problem')
  }
}
