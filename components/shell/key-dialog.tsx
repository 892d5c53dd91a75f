'use client'
import { useEffect, useId } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { saveKey, savedKey } from '../session/access.ts'
import { useClient, useSession } from '../session/session-context.ts'
import { Dialog } from '../ui/dialog.tsx'

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
  const open = useStore(keyView, (state) => state.open)
  // What the server says to nobody's key is no complaint about a key.
  const refused = savedKey() === '' ? '' : (locked ?? '')
  const isLocked = locked !== undefined
  const id = useId()

  useEffect(() => {
    if (isLocked && !waits) askForKey()
    else if (live) closeKey()
  }, [isLocked, live, waits])
  useEffect(() => closeKey, [])

  return (
    <Dialog asks className="key-dialog" onClose={closeKey} open={open} title="This server asks for a key">
      <form
        className="key-form"
        onSubmit={(event) => {
          event.preventDefault()
          const key = new FormData(event.currentTarget).get('key')
          saveKey(typeof key === 'string' ? key : '')
          onKey()
        }}
      >
        <p id={`${id}-about`}>
          Whoever runs it can give you one. It stays in this browser; your drawing is kept either way.
        </p>
        <label className="key-field">
          <span>Key</span>
          <input
            aria-describedby={`${id}-about ${id}-refused`}
            aria-invalid={refused !== ''}
            autoComplete="current-password"
            className="text-field"
            name="key"
            required
            type="password"
          />
        </label>
        <p className="key-refused" id={`${id}-refused`} role="alert">
          {refused}
        </p>
        <div className="key-buttons">
          <button className="button" data-quiet="true" onClick={closeKey} type="button">
            Later
          </button>
          <button className="button" type="submit">
            Connect
          </button>
        </div>
      </form>
    </Dialog>
  )
}

const keyView = createStore<{ readonly open: boolean }>()(() => ({ open: false }))

/** Brings the dialog back for someone who closed it. */
export function askForKey(): void {
  keyView.setState({ open: true })
}

function closeKey(): void {
  keyView.setState({ open: false })
}
