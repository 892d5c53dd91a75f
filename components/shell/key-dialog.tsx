'use client'
import { useEffect, useId, useRef } from 'react'
import { saveKey, savedKey } from '../session/access.ts'
import { useClient, useSession } from '../session/session-context.ts'
import { useOwnKeys } from './dialog-keys.ts'

/** Asks for the key of a server that lets nobody in without one. Drawing goes on meanwhile: nothing is lost. */
export function SessionKeyDialog({ waits = false }: { readonly waits?: boolean }) {
  const { client } = useSession()
  const status = useClient((state) => state.status)
  return (
    <KeyDialog
      live={status.name === 'live'}
      locked={status.name === 'locked' ? status.reason : undefined}
      onKey={() => client.retry()}
      waits={waits}
    />
  )
}

interface KeyDialogProps {
  /** Why nobody is let in; `undefined` while that is not the case. */
  readonly locked: string | undefined
  readonly live: boolean
  /** There is another key now. */
  readonly onKey: () => void
  /** Opens only when it is asked for (`askForKey`): somebody else may have the key. */
  readonly waits?: boolean
}

export function KeyDialog({ locked, live, onKey, waits = false }: KeyDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  // What the server says to nobody's key is no complaint about a key.
  const refused = savedKey() === '' ? '' : (locked ?? '')
  const isLocked = locked !== undefined
  const id = useId()

  useEffect(() => {
    if (isLocked && !waits && !dialog.current?.open) dialog.current?.showModal()
    else if (live) dialog.current?.close()
  }, [isLocked, live, waits])
  useOwnKeys(dialog)

  return (
    <dialog aria-labelledby={`${id}-title`} className="dialog key-dialog" id="key-dialog" ref={dialog}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          const key = new FormData(event.currentTarget).get('key')
          saveKey(typeof key === 'string' ? key : '')
          onKey()
        }}
      >
        <h2 id={`${id}-title`}>This server asks for a key</h2>
        <p id={`${id}-about`}>
          Whoever runs it can give you one. It stays in this browser; your drawing is kept either way.
        </p>
        <label className="key-field">
          <span>Key</span>
          <input
            aria-describedby={`${id}-about ${id}-refused`}
            aria-invalid={refused !== ''}
            autoComplete="current-password"
            name="key"
            required
            type="password"
          />
        </label>
        <p className="key-refused" id={`${id}-refused`} role="alert">
          {refused}
        </p>
        <div className="key-buttons">
          <button className="button" data-quiet="true" onClick={() => dialog.current?.close()} type="button">
            Later
          </button>
          <button className="button" type="submit">
            Connect
          </button>
        </div>
      </form>
    </dialog>
  )
}

/** Brings the dialog back for someone who closed it. */
export function askForKey(): void {
  const dialog = document.getElementById('key-dialog')
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal()
}
