'use client'
import { useEffect, useId, useRef } from 'react'
import { saveKey, savedKey } from '../session/access.ts'
import { useClient, useSession } from '../session/session-context.ts'

/** Asks for the key of a server that lets nobody in without one. Drawing goes on meanwhile: nothing is lost. */
export function KeyDialog() {
  const { client } = useSession()
  const status = useClient((state) => state.status)
  const dialog = useRef<HTMLDialogElement>(null)
  // What the server says to nobody's key is no complaint about a key.
  const refused = status.name === 'locked' && savedKey() !== '' ? status.reason : ''
  const id = useId()

  useEffect(() => {
    if (status.name === 'locked' && !dialog.current?.open) dialog.current?.showModal()
    else if (status.name === 'live') dialog.current?.close()
  }, [status.name])

  return (
    <dialog aria-labelledby={`${id}-title`} className="dialog key-dialog" id="key-dialog" ref={dialog}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          const key = new FormData(event.currentTarget).get('key')
          saveKey(typeof key === 'string' ? key : '')
          client.retry()
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
