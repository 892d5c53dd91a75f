'use client'
import { useStore } from 'zustand'
import { messageOf } from '../../lib/std/errors.ts'
import { notify } from '../session/notices.ts'
import type { PinBoard, ShownPin } from '../session/pin-board.ts'
import type { Session } from '../session/session.ts'
import { useSession } from '../session/session-context.ts'
import { Icon } from '../ui/icon.tsx'

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
            onClick={() => void restore(session, pin)}
            title={pin.params.prompt}
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

async function restore({ client, surface }: Session, pin: ShownPin): Promise<void> {
  try {
    await surface.replace(pin.content)
    client.setParams(pin.params)
  } catch (error) {
    notify(`This pin could not be restored: ${messageOf(error)}. It was left as it is`, 'problem')
  }
}

async function remove(pins: PinBoard, id: string): Promise<void> {
  try {
    await pins.remove(id)
  } catch (error) {
    notify(`This pin could not be removed: ${messageOf(error)}`, 'problem')
  }
}
