// The settings of a drawing as this browser keeps them, and the same in every tab that shows the drawing: a tab writes
// what was set in it, and follows what was set in another. A stroke, heard in all of them, writes none.
import type { StoreApi } from 'zustand/vanilla'
import type { ClientState, SketchClient } from '../../lib/client/types.ts'
import { applyFitted } from './fit-params.ts'
import { settingsOf } from './known-settings.ts'
import { hasSettings, onSettingsElsewhere, rememberDrawing, writeSettings, type Settings } from './saved.ts'

const SAVE_AFTER_MS = 400
/** While somebody draws, the list of all drawings, which has no end, is read and put in order no more often than this. */
const LIST_AFTER_MS = 10_000
/** The seed's lock, which is no parameter. */
const LOCK = 'seedLocked'

interface Kept {
  readonly id: string
  readonly client: Pick<SketchClient, 'store' | 'setParams'>
  readonly seed: StoreApi<{ readonly locked: boolean }>
}

/** Saves a moment after a change, and at the end. What nobody touched leaves no trace in the menu. */
export class KeptSettings {
  readonly #kept: Kept
  readonly #stops: readonly (() => void)[]
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Names of what was set here and is not written yet. */
  readonly #own = new Set<string>()
  #isFollowing = false
  #isTouched = false
  /** What the list said of this drawing last, and when that was. */
  #listed = { prompt: '', atMs: -Infinity }

  constructor(kept: Kept) {
    const { id, client, seed } = kept
    const flush = () => this.#flush()
    this.#kept = kept
    window.addEventListener('pagehide', flush)
    this.#stops = [
      client.store.subscribe((state, before) => this.#set(changedNames(state, before))),
      seed.subscribe(() => this.#set([LOCK])),
      onSettingsElsewhere(id, (settings) => this.#follow(settings)),
      () => window.removeEventListener('pagehide', flush),
    ]
  }

  /** The drawing changed: the menu offers it from now on. */
  touched(): void {
    this.#isTouched = true
    this.#timer ??= setTimeout(() => this.#save(), SAVE_AFTER_MS)
  }

  /** Whether anything was drawn or set since it was opened. */
  get isTouched(): boolean {
    return this.#isTouched
  }

  stop(): void {
    this.#stops.forEach((stop) => stop())
    this.#flush()
  }

  #set(names: readonly string[]): void {
    if (this.#isFollowing || names.length === 0) return
    names.forEach((name) => this.#own.add(name))
    this.touched()
  }

  /** What was set here since is newer. An unlocked seed is each tab's own: they roll at the same strokes. */
  #follow({ params = {}, seedLocked }: Settings): void {
    const { client, seed } = this.#kept
    const isTheirs = (name: string) => !this.#own.has(name) && (seedLocked || name !== 'seed')
    this.#isFollowing = true
    if (isTheirs(LOCK)) seed.setState({ locked: seedLocked })
    applyFitted(client, Object.fromEntries(Object.entries(params).filter(([name]) => isTheirs(name))))
    this.#isFollowing = false
  }

  #flush(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#save()
  }

  #save(): void {
    const { id, client, seed } = this.#kept
    const params = settingsOf(client.store.getState())
    const { prompt = '' } = params
    const atMs = Date.now()
    const isListed = prompt === this.#listed.prompt && atMs - this.#listed.atMs < LIST_AFTER_MS
    if (this.#own.size > 0 || !(isListed || hasSettings(id)))
      writeSettings(id, { params, seedLocked: seed.getState().locked })
    if (!isListed) {
      rememberDrawing({ id, atMs, prompt })
      this.#listed = { prompt, atMs }
    }
    this.#timer = undefined
    this.#own.clear()
  }
}

/** Settings that are others than before. What the first welcome fills in is nobody's choice. */
function changedNames(state: ClientState, before: ClientState): string[] {
  if (state.params && !before.params) return []
  const was = new Map<string, unknown>(Object.entries(settingsOf(before)))
  return Object.entries(settingsOf(state)).flatMap(([name, value]) => (was.get(name) === value ? [] : name))
}
