import { useEffect, useRef } from 'react'
import { PlainSurface } from '../canvas/plain/plain-surface.ts'
import { useSession } from '../session/session-context.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { useOwnKeys } from './dialog-keys.ts'
import { CANVAS_SHORTCUTS, SHORTCUTS, type Shortcut } from './shortcuts.ts'

interface HelpDialogProps {
  readonly open: boolean
  readonly onClose: () => void
}

export function HelpDialog({ open, onClose }: HelpDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const canvas = useSession().surface instanceof PlainSurface ? 'plain' : 'tldraw'
  useEffect(() => {
    if (open) dialog.current?.showModal()
    else dialog.current?.close()
  }, [open])
  useOwnKeys(dialog)
  return (
    <dialog
      aria-labelledby="help-title"
      className="dialog"
      onClick={(event) => (event.target === dialog.current ? onClose() : undefined)}
      onClose={onClose}
      ref={dialog}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id="help-title">Keyboard shortcuts</h2>
          <IconButton icon="close" label="Close" onClick={onClose} tip="left" />
        </header>
        <div className="shortcut-columns">
          <ShortcutList items={CANVAS_SHORTCUTS[canvas]} title="Drawing" />
          <ShortcutList items={[...SHORTCUTS, { keys: ['?'], does: 'This help' }]} title="Picture and page" />
        </div>
        <p className="dialog-note">
          Draw on the left; the picture follows. Drop or paste a photo onto the page{HOW_ELSE[canvas]} On a
          Mac, Ctrl is ⌘.
        </p>
      </div>
    </dialog>
  )
}

const HOW_ELSE = {
  tldraw: ', pinch or Ctrl and wheel to zoom in.',
  plain: '; the eraser takes one that nothing lies on.',
}

interface ShortcutListProps {
  readonly title: string
  readonly items: readonly Pick<Shortcut, 'keys' | 'does'>[]
}

function ShortcutList({ title, items }: ShortcutListProps) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="shortcuts">
        {items.map(({ keys, does }) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
