import { useStore } from 'zustand'
import { PlainSurface } from '../canvas/plain/plain-surface.ts'
import { preferences } from '../session/preferences.ts'
import { useSession } from '../session/session-context.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Switch } from '../ui/switch.tsx'
import { CANVAS_SHORTCUTS, SHORTCUTS, type Shortcut } from './shortcuts.ts'

interface HelpDialogProps {
  readonly open: boolean
  readonly onClose: () => void
}

export function HelpDialog({ open, onClose }: HelpDialogProps) {
  const letterKeys = useStore(preferences, (state) => state.letterKeys)
  const canvas = useSession().surface instanceof PlainSurface ? 'plain' : 'tldraw'
  return (
    <Dialog onClose={onClose} open={open} title="Keyboard shortcuts">
      <div className="shortcut-columns">
        <ShortcutList items={CANVAS_SHORTCUTS[canvas]} title="Drawing" />
        <ShortcutList items={[...SHORTCUTS, { keys: ['?'], does: 'This help' }]} title="Picture and page" />
      </div>
      <Switch
        hint="Off, a letter, digit or sign by itself does nothing; with Ctrl it does"
        label="Keys of one letter"
        on={letterKeys}
        onChange={(on) => preferences.setState({ letterKeys: on })}
      />
      <p className="dialog-note">
        Draw on the left; the picture follows. Drop or paste a photo onto the page{HOW_ELSE[canvas]} On a Mac,
        Ctrl is ⌘.
      </p>
    </Dialog>
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
