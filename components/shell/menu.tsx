'use client'
import { useRef, useState } from 'react'
import { useStore } from 'zustand'
import { preferences } from '../session/preferences.ts'
import { openExisting } from '../session/open-drawing.ts'
import { recentDrawings, type RecentDrawing } from '../session/saved.ts'
import { useSession } from '../session/session-context.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { newDrawing, openDrawingFile, saveDrawing } from './file-commands.ts'

const ID = 'main-menu'

const THEME_OPTIONS = [
  { id: 'light', label: 'Light', icon: 'sun' },
  { id: 'dark', label: 'Dark', icon: 'moon' },
  { id: 'system', label: 'System', icon: 'system' },
] as const

/** Drawings, files and looks. */
export function Menu({ onHelp }: { readonly onHelp: () => void }) {
  const session = useSession()
  const file = useRef<HTMLInputElement>(null)
  const theme = useStore(preferences, (state) => state.theme)
  const [recent, setRecent] = useState<readonly RecentDrawing[]>([])
  return (
    <>
      <button aria-label="Menu" className="icon-button" popoverTarget={ID} type="button">
        <Icon name="menu" />
      </button>
      <div
        aria-label="Menu"
        className="menu"
        id={ID}
        onBeforeToggle={(event) => {
          if (event.newState === 'open')
            setRecent(
              recentDrawings()
                .filter(({ id }) => id !== session.id)
                .slice(0, 5),
            )
        }}
        popover="auto"
        role="dialog"
      >
        <MenuItem icon="add" label="New drawing" onClick={() => newDrawing(session)} />
        <MenuItem icon="open" label="Open from file" onClick={() => file.current?.click()} />
        <MenuItem icon="save" label="Save to file" onClick={() => void saveDrawing(session)} />
        <input
          accept=".json,application/json"
          aria-label="Drawing file"
          hidden
          onChange={(event) => {
            const [chosen] = event.target.files ?? []
            event.target.value = ''
            if (chosen) void openDrawingFile(chosen, session.surface)
          }}
          ref={file}
          type="file"
        />
        {recent.length > 0 ? (
          <>
            <h3 className="menu-title">Recent drawings</h3>
            {recent.map(({ id, prompt, atMs }) => (
              <MenuItem
                detail={WHEN.format(atMs)}
                icon="draw"
                key={id}
                label={prompt || 'No words'}
                onClick={() => openExisting(id)}
              />
            ))}
          </>
        ) : null}
        <hr />
        <Segmented
          label="Theme"
          onChange={(next) => preferences.setState({ theme: next })}
          options={THEME_OPTIONS}
          value={theme}
        />
        <hr />
        <MenuItem icon="chart" label="Benchmark" onClick={() => window.location.assign('/benchmark')} />
        <MenuItem detail="?" icon="help" label="Keyboard shortcuts" onClick={onHelp} />
      </div>
    </>
  )
}

const WHEN = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })

interface MenuItemProps {
  readonly icon: IconName
  readonly label: string
  readonly detail?: string
  readonly onClick: () => void
}

/** Does its work and closes the menu. */
function MenuItem({ icon, label, detail, onClick }: MenuItemProps) {
  return (
    <button
      className="menu-item"
      onClick={onClick}
      popoverTarget={ID}
      popoverTargetAction="hide"
      type="button"
    >
      <Icon name={icon} size={18} />
      <span className="menu-label">{label}</span>
      {detail ? <span className="menu-detail">{detail}</span> : null}
    </button>
  )
}
