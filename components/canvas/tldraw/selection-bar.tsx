import { useValue, type Editor } from 'tldraw'
import { useStore } from 'zustand'
import { IconButton } from '../../ui/icon-button.tsx'
import type { TldrawSurface } from '../tldraw-surface.ts'
import { freeHalf, runCommand, SELECTION_COMMANDS } from './selection.ts'

export function SelectionBar({ surface }: { readonly surface: TldrawSurface }) {
  const editor = useStore(surface.store, (state) => state.hands?.editor)
  return editor ? <Bar editor={editor} /> : null
}

function Bar({ editor }: { readonly editor: Editor }) {
  const half = useValue('free half', () => freeHalf(editor), [editor])
  if (!half) return null
  return (
    <div aria-label="Selection" className="selection-bar" data-half={half} role="group">
      {SELECTION_COMMANDS.map((command) => (
        <IconButton
          icon={command.icon}
          key={command.label}
          label={command.label}
          onClick={() => runCommand(editor, command)}
          shortcut={command.key}
          tip={half === 'top' ? 'bottom' : 'top'}
        />
      ))}
    </div>
  )
}
