'use client'
import { useRef, useState } from 'react'
import { useStore } from 'zustand'
import { BEFORE_WORDS, bringBefore } from '../session/bring-before.ts'
import { preferences } from '../session/preferences.ts'
import { openExisting } from '../session/open-drawing.ts'
import { recentDrawings, type RecentDrawing } from '../session/saved.ts'
import { useSession } from '../session/session-context.ts'
import { loadThumbnails } from '../session/thumbnail-database.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { useHeardKey } from '../ui/page-keys.ts'
import { Segmented } from '../ui/segmented.tsx'
import { FILE_FIELD, newDrawing, openDrawingFile, saveDrawing } from './file-commands.ts'
import { whenWords } from './when-words.ts'

const ID = 'main-menu'
/** Of the drawings, so many are offered here; the dialog has all. */
const RECENT = 5

const THEME_OPTIONS = [
  { id: 'light', label: 'Light', icon: 'sun' },
  { id: 'dark', label: 'Dark', icon: 'moon' },
  { id: 'system', label: 'System', icon: 'system' },
] as const

interface MenuProps {
  readonly onHelp: () => void
  readonly onDrawings: () => void
}

/** Drawings, files and looks. */
export function Menu({ onHelp, onDrawings }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null)
  const helpKey = useHeardKey({ pageKey: '?' })
  const { nowMs, read, ...others } = useOthers()
  // A dialog gives the focus back to where it was, and the item goes with the menu.
  const openDialog = (open: () => void) => {
    button.current?.focus()
    open()
  }
  return (
    <>
      <button aria-label="Menu" className="icon-button" popoverTarget={ID} ref={button} type="button">
        <Icon name="menu" />
      </button>
      <div
        aria-label="Menu"
        className="menu"
        id={ID}
        onBeforeToggle={(event) => (event.newState === 'open' ? read() : undefined)}
        popover="auto"
        role="dialog"
      >
        <DrawingAndFiles />
        <Befores nowMs={nowMs} />
        <RecentDrawings nowMs={nowMs} {...others} />
        <MenuItem icon="pictures" label="All drawings…" onClick={() => openDialog(onDrawings)} />
        <hr />
        <ThemeChoice />
        <hr />
        <MenuItem icon="chart" label="Benchmark" onClick={() => window.location.assign('/benchmark')} />
        <MenuItem
          detail={helpKey}
          icon="help"
          label="Keyboard shortcuts"
          onClick={() => openDialog(onHelp)}
        />
      </div>
    </>
  )
}

const NO_LOOKS: ReadonlyMap<string, string> = new Map()

/** The last drawings of this browser but for the open one, as of when they were `read`. */
function useOthers() {
  const session = useSession()
  const [recent, setRecent] = useState<readonly RecentDrawing[]>([])
  const [nowMs, setNowMs] = useState(0)
  const [looks, setLooks] = useState(NO_LOOKS)
  const read = () => {
    const others = recentDrawings().filter(({ id }) => id !== session.id)
    setRecent(others.slice(0, RECENT))
    setNowMs(Date.now())
    loadThumbnails().then(setLooks, () => undefined)
  }
  return { recent, nowMs, looks, read }
}

/** A new drawing, and the open one to a file and from one. */
function DrawingAndFiles() {
  const session = useSession()
  const file = useRef<HTMLInputElement>(null)
  return (
    <>
      <MenuItem icon="add" label="New drawing" onClick={() => newDrawing(session)} />
      <MenuItem icon="open" label="Open from file" onClick={() => file.current?.click()} />
      <MenuItem icon="save" label="Save to file" onClick={() => void saveDrawing(session)} />
      <input
        accept=".json,application/json"
        aria-label="Drawing file"
        hidden
        id={FILE_FIELD}
        onChange={(event) => {
          const [chosen] = event.target.files ?? []
          event.target.value = ''
          if (chosen) void openDrawingFile(chosen, session.surface)
        }}
        ref={file}
        type="file"
      />
    </>
  )
}

function ThemeChoice() {
  const theme = useStore(preferences, (state) => state.theme)
  return (
    <Segmented
      label="Theme"
      onChange={(next) => preferences.setState({ theme: next })}
      options={THEME_OPTIONS}
      value={theme}
    />
  )
}

/** What was on this page before something took its place. */
function Befores({ nowMs }: { readonly nowMs: number }) {
  const session = useSession()
  const befores = useStore(session.befores.store, (state) => state.list)
  if (befores.length === 0) return null
  return (
    <>
      <h3 className="menu-title">Bring back the drawing</h3>
      {befores.map((before) => (
        <MenuItem
          detail={whenWords(before.atMs, nowMs)}
          icon="undo"
          key={before.key}
          label={BEFORE_WORDS[before.why]}
          onClick={() => void bringBefore(session, before)}
        />
      ))}
    </>
  )
}

interface RecentDrawingsProps {
  readonly recent: readonly RecentDrawing[]
  /** Thumbnails by drawing. */
  readonly looks: ReadonlyMap<string, string>
  readonly nowMs: number
}

function RecentDrawings({ recent, looks, nowMs }: RecentDrawingsProps) {
  if (recent.length === 0) return null
  return (
    <>
      <h3 className="menu-title">Recent drawings</h3>
      {recent.map(({ id, prompt, atMs }) => (
        <MenuItem
          detail={whenWords(atMs, nowMs)}
          icon="draw"
          key={id}
          label={prompt || 'No words'}
          look={looks.get(id)}
          onClick={() => openExisting(id)}
        />
      ))}
    </>
  )
}

interface MenuItemProps {
  readonly icon: IconName
  /** Data URI of a picture in the icon's place, twice as wide as high. */
  readonly look?: string | undefined
  readonly label: string
  readonly detail?: string | undefined
  readonly onClick: () => void
}

/** Does its work and closes the menu. */
function MenuItem({ icon, look, label, detail, onClick }: MenuItemProps) {
  return (
    <button
      className="menu-item"
      onClick={onClick}
      popoverTarget={ID}
      popoverTargetAction="hide"
      type="button"
    >
      {look ? (
        <img alt="" className="menu-look" height={22} src={look} width={44} />
      ) : (
        <Icon name={icon} size={18} />
      )}
      <span className="menu-label">{label}</span>
      {detail ? <span className="menu-detail">{detail}</span> : null}
    </button>
  )
}
