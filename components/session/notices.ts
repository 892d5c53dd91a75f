// Short words that come up over the page. What is done or went wrong goes by itself; what is being waited for, and what
// lasts, stays until it is over, with what a person can do about it. An offer stands for a while, and a long one for who
// has to reach it by keys. None goes that is pointed at or has the focus. Never in the way: no notice takes the focus.
import { createStore } from 'zustand/vanilla'
import { isByKeys } from './by-keys.ts'

export interface NoticeAction {
  readonly label: string
  readonly run: () => void
}

/** A wait ends by itself; something that lasts is no progress. */
type StayingTone = 'waiting' | 'lasting'

export interface Notice {
  readonly id: number
  readonly tone: 'problem' | 'done' | 'offer' | StayingTone
  readonly text: string
  readonly actions: readonly NoticeAction[]
}

/** One that stays, in words that may change; an offer stands anew with its new words. */
export interface StayingNotice {
  say(text: string): void
  close(): void
}

/** A way back takes reading, and reaching for. */
const SHOWN_MS = { problem: 9000, done: 3200, offer: 10_000 }
/** By keys everything that lies between is gone through first (WCAG 2.2.1: ten times the usual, and more). */
const OFFERED_TO_KEYS_MS = 120_000
const AT_ONCE = 3

/** How it is read aloud: a problem at once, all else when there is a pause. */
type Voice = 'alert' | 'status'

interface NoticesState {
  readonly list: readonly Notice[]
  /** Ids of what came up, or changed its words, last. */
  readonly said: Readonly<Record<Voice, number | undefined>>
}

let next = 1

export const notices = createStore<NoticesState>()(() => ({
  list: [],
  said: { alert: undefined, status: undefined },
}))

/** Shows a notice. The same words twice are one notice, shown longer. */
export function notify(text: string, tone: 'problem' | 'done' = 'done'): void {
  const { id } = add({ tone, text, actions: [] })
  goesAfter(id, SHOWN_MS[tone])
}

/** Shows that something takes a while, or lasts, until it is closed. */
export function showStaying(
  tone: StayingTone,
  text: string,
  actions: readonly NoticeAction[],
): StayingNotice {
  const { id } = add({ tone, text, actions })
  return { say: (words) => say(id, words), close: () => dismiss(id) }
}

interface Going {
  /** `undefined` while it is held. */
  timer: ReturnType<typeof setTimeout> | undefined
  readonly afterMs: number
  readonly onGone: () => void
}

/** What goes by itself, and has not gone yet. */
const going = new Map<number, Going>()

function goesAfter(id: number, afterMs: number, onGone: () => void = () => undefined): void {
  clearTimeout(going.get(id)?.timer)
  going.set(id, { timer: undefined, afterMs, onGone })
  letNoticeGo(id)
}

/** Offers something for a while. `onGone` runs once it is over and nobody took any of it; taking it closes the notice. */
export function offer(
  text: string,
  actions: readonly NoticeAction[],
  onGone: () => void = () => undefined,
): StayingNotice {
  const taken = (run: () => void) => () => {
    holdNotice(id)
    going.delete(id)
    dismiss(id)
    run()
  }
  const { id } = add({
    tone: 'offer',
    text,
    actions: actions.map(({ label, run }) => ({ label, run: taken(run) })),
  })
  const stand = () => goesAfter(id, isByKeys() ? OFFERED_TO_KEYS_MS : SHOWN_MS.offer, onGone)
  stand()
  const sayAnew = (words: string) => {
    say(id, words)
    if (going.has(id) && !isHeld(id)) stand()
  }
  return { say: sayAnew, close: () => dismiss(id) }
}

/** Its time does not run out while somebody points at it or has the focus in it. */
export function holdNotice(id: number): void {
  const held = going.get(id)
  if (!held) return
  clearTimeout(held.timer)
  held.timer = undefined
}

/** Its time begins anew. */
export function letNoticeGo(id: number): void {
  const held = going.get(id)
  if (!held) return
  clearTimeout(held.timer)
  held.timer = setTimeout(() => dismiss(id), held.afterMs)
}

function isHeld(id: number): boolean {
  return going.has(id) && going.get(id)?.timer === undefined
}

function voiceOf({ tone }: Pick<Notice, 'tone'>): Voice {
  return tone === 'problem' ? 'alert' : 'status'
}

export function stays({ tone }: Pick<Notice, 'tone'>): boolean {
  return tone === 'waiting' || tone === 'lasting' || tone === 'offer'
}

function say(id: number, words: string): void {
  const { list } = notices.getState()
  if (list.every((notice) => notice.id !== id || notice.text === words)) return
  notices.setState({
    list: list.map((notice) => (notice.id === id ? { ...notice, text: words } : notice)),
    said: { ...notices.getState().said, status: id },
  })
}

function add(fields: Omit<Notice, 'id'>): Notice {
  const notice = { ...fields, id: next++ }
  const same = notices.getState().list.filter(({ text }) => text === fields.text)
  same.forEach(({ id }) => dismiss(id))
  const others = notices.getState().list
  const keeps = (one: Notice) => stays(one) || isHeld(one.id)
  const passing = [...others, notice].filter((one) => !keeps(one)).slice(-AT_ONCE)
  const list = [...others, notice].filter((one) => keeps(one) || passing.includes(one))
  const said = { ...notices.getState().said, [voiceOf(notice)]: notice.id }
  notices.setState({ list, said })
  return notice
}

export function dismiss(id: number): void {
  const { list } = notices.getState()
  if (list.some((notice) => notice.id === id))
    notices.setState({ list: list.filter((notice) => notice.id !== id) })
  const gone = going.get(id)
  if (!gone) return
  clearTimeout(gone.timer)
  going.delete(id)
  gone.onGone()
}
