// How the page looks and behaves in this browser, whatever the drawing.
import * as v from 'valibot'
import { createStore } from 'zustand/vanilla'
import { onSavedElsewhere, readSaved, writeSaved } from './saved.ts'

export const VIEWS = ['side', 'lens', 'picture'] as const
const THEMES = ['system', 'light', 'dark'] as const

const PreferencesSchema = v.object({
  view: v.optional(v.picklist(VIEWS), 'side'),
  theme: v.optional(v.picklist(THEMES), 'system'),
  /** How much of the drawing the picture hides in the lens, 0..1. */
  lens: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.85),
  /** Paint while drawing. A wish: to paint once, a page that has it off turns its client's on for that long. */
  live: v.optional(v.boolean(), true),
  autoRefine: v.optional(v.boolean(), true),
  background: v.optional(v.boolean(), false),
  /** Keys of one letter, digit or sign are commands. */
  letterKeys: v.optional(v.boolean(), true),
})
export type Preferences = v.InferOutput<typeof PreferencesSchema>

type Name = keyof Preferences
const NAMES = v.keyof(PreferencesSchema).options

/**
 * What goes for the person at this browser: set in one tab, it is so in all of them. The others go for what one tab shows
 * and paints: a tab keeps its own, and the next one begins with what was set last.
 */
const OF_ALL_TABS: readonly Name[] = ['theme', 'letterKeys']

const KEPT_AS = 'preferences'
/** A slider says every value that it passes. */
const SAVE_AFTER_MS = 300

export const preferences = createStore<Preferences>()(() => v.parse(PreferencesSchema, {}))

/**
 * Reads what was saved and keeps it saved from now on: a moment after a change, and when the page goes; returns the stop.
 * Once per page. What was not set here is left as it is stored: another tab may have set it since.
 */
export function keepPreferences(): () => void {
  const saved = readSaved(KEPT_AS, PreferencesSchema)
  if (saved) preferences.setState(saved)
  /** Names of what was set here and is not written yet. */
  const own = new Set<Name>()
  let isFollowing = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const save = () => {
    clearTimeout(timer)
    timer = undefined
    if (own.size === 0) return
    const stored = readSaved(KEPT_AS, PreferencesSchema) ?? preferences.getInitialState()
    writeSaved(KEPT_AS, { ...stored, ...only([...own], preferences.getState()) })
    own.clear()
  }
  const onSet = (now: Preferences, before: Preferences) => {
    showTheme(now)
    if (isFollowing) return
    NAMES.filter((name) => now[name] !== before[name]).forEach((name) => own.add(name))
    timer ??= setTimeout(save, SAVE_AFTER_MS)
  }
  // What was set here since is newer.
  const follow = (theirs: Preferences) => {
    const names = OF_ALL_TABS.filter((name) => !own.has(name))
    isFollowing = true
    preferences.setState(only(names, theirs))
    isFollowing = false
  }
  showTheme(preferences.getState())
  const stops = [preferences.subscribe(onSet), onSavedElsewhere(KEPT_AS, PreferencesSchema, follow)]
  window.addEventListener('pagehide', save)
  return () => {
    stops.forEach((stop) => stop())
    window.removeEventListener('pagehide', save)
    save()
  }
}

function showTheme({ theme }: Preferences): void {
  document.documentElement.dataset['theme'] = theme
}

function only(names: readonly Name[], all: Preferences): Partial<Preferences> {
  return Object.fromEntries(names.map((name) => [name, all[name]]))
}
