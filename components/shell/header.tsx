'use client'
import { useStore } from 'zustand'
import { StatusPill } from '../panel/status-pill.tsx'
import { preferences } from '../session/preferences.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Switch } from '../ui/switch.tsx'
import { Logo } from './logo.tsx'
import { Menu } from './menu.tsx'

const VIEW_OPTIONS = [
  { id: 'side', label: 'Side by side', icon: 'side' },
  { id: 'lens', label: 'Lens', icon: 'lens' },
  { id: 'picture', label: 'Picture', icon: 'picture' },
] as const

interface HeaderProps {
  readonly onHelp: () => void
  readonly onDrawings: () => void
}

export function Header({ onHelp, onDrawings }: HeaderProps) {
  const view = useStore(preferences, (state) => state.view)
  const live = useStore(preferences, (state) => state.live)
  return (
    <header className="header">
      <div className="header-start">
        <Menu onDrawings={onDrawings} onHelp={onHelp} />
        <span className="brand">
          <Logo />
          <h1 className="wordmark">Sketchwire</h1>
        </span>
      </div>
      <Segmented
        label="View"
        onChange={(next) => preferences.setState({ view: next })}
        options={VIEW_OPTIONS}
        value={view}
      />
      <div className="header-end">
        <StatusPill />
        <Switch
          hint="Render while drawing"
          label="Live"
          on={live}
          onChange={(on) => preferences.setState({ live: on })}
        />
        <span className="header-help">
          <IconButton icon="help" label="Keyboard shortcuts" onClick={onHelp} shortcut="?" tip="bottom" />
        </span>
      </div>
    </header>
  )
}
