// Short words that come up over the page. What is done or went wrong goes by itself; what is being waited for, and what
// lasts, stays until it is over, with what a person can do about it. An offer stands for a while, and longer while it is
// pointed at. Never in the way: no notice takes the focus.
import { createStore } from 'zustand/vanilla'

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

const SHOWN_MS = { problem: 9000, done: 3200 }
/** A way back takes reading, and reaching for. */
const OFFERED_MS = 10_000
const AT_ONCE = 3

let next = 1

export const notices = createStore<{ readonly list: readonly Notice[] }>()(() => ({ list: [] }))

/** Shows a notice. The same words twice are one notice, shown longer. */
export function notify(text: string, tone: 'problem' | 'done' = 'done'): void {
  const { id } = add({ tone, text, actions: [] })
  setTimeout(() => dismiss(id), SHOWN_MS[tone])
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

interface Standing {
  timer: ReturnType<typeof setTimeout> | undefined
  readonly onGone: () => void
}

/** The offers that nobody has taken yet. */
const offers = new Map<number, Standing>()

/** Offers something for a while. `onGone` runs once it is over and nobody took any of it; taking it closes the notice. */
export function offer(
  text: string,
  actions: readonly NoticeAction[],
  onGone: () => void = () => undefined,
): StayingNotice {
  const taken = (run: () => void) => () => {
    holdOffer(id)
    offers.delete(id)
    dismiss(id)
    run()
  }
  const { id } = add({
    tone: 'offer',
    text,
    actions: actions.map(({ label, run }) => ({ label, run: taken(run) })),
  })
  offers.set(id, { timer: undefined, onGone })
  letOfferGo(id)
  const sayAnew = (words: string) => {
    say(id, words)
    letOfferGo(id)
  }
  return { say: sayAnew, close: () => dismiss(id) }
}

/** Its time does not run out while somebody points at it or has the focus in it. */
export function holdOffer(id: number): void {
  clearTimeout(offers.get(id)?.timer)
}

/** Its time begins anew. */
export function letOfferGo(id: number): void {
  const standing = offers.get(id)
  if (!standing) return
  clearTimeout(standing.timer)
  standing.timer = setTimeout(() => dismiss(id), OFFERED_MS)
}

export function stays({ tone }: Pick<Notice, 'tone'>): boolean {
  return tone === 'waiting' || tone === 'lasting' || tone === 'offer'
}

function say(id: number, words: string): void {
  const { list } = notices.getState()
  if (list.every((notice) => notice.id !== id || notice.text === words)) return
  notices.setState({
    list: list.map((notice) => (notice.id === id ? { ...notice, text: words } : notice)),
  })
}

function add(fields: Omit<Notice, 'id'>): Notice {
  const notice = { ...fields, id: next++ }
  const same = notices.getState().list.filter(({ text }) => text === fields.text)
  same.forEach(({ id }) => dismiss(id))
  const others = notices.getState().list
  const passing = [...others, notice].filter((one) => !stays(one)).slice(-AT_ONCE)
  const list = [...others, notice].filter((one) => stays(one) || passing.includes(one))
  notices.setState({ list })
  return notice
}

export function dismiss(id: number): void {
  const { list } = notices.getState()
  if (list.some((notice) => notice.id === id))
    notices.setState({ list: list.filter((notice) => notice.id !== id) })
  const standing = offers.get(id)
  if (!standing) return
  clearTimeout(standing.timer)
  offers.delete(id)
  standing.onGone()
}
