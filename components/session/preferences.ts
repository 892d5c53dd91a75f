// How the page looks and behaves in this browser, whatever the drawing.
import * as v from 'valibot'
import { createStore } from 'zustand/vanilla'
import { readSaved, writeSaved } from './saved.ts'

export const VIEWS = ['side', 'lens', 'picture'] as const
export type View = (typeof VIEWS)[number]

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

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

/** A slider says every value that it passes. */
const SAVE_AFTER_MS = 300

export const preferences = createStore<Preferences>()(() => v.parse(PreferencesSchema, {}))

/**
 * Reads what was saved and keeps it saved from now on: a moment after a change, and when the page goes; returns the stop.
 * Once per page.
 */
export function keepPreferences(): () => void {
  const saved = readSaved('preferences', PreferencesSchema)
  if (saved) preferences.setState(saved)
  let timer: ReturnType<typeof setTimeout> | undefined
  const save = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    writeSaved('preferences', preferences.getState())
  }
  const apply = ({ theme }: Preferences) => {
    document.documentElement.dataset['theme'] = theme
    timer ??= setTimeout(save, SAVE_AFTER_MS)
  }
  apply(preferences.getState())
  const stop = preferences.subscribe(apply)
  window.addEventListener('pagehide', save)
  return () => {
    stop()
    window.removeEventListener('pagehide', save)
    save()
  }
}
