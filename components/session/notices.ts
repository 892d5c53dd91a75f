// Short words that come up over the page. What is done or went wrong goes by itself; what is being waited for, and what
// lasts, stays until it is over, with what a person can do about it. Never in the way: no notice takes the focus.
import { createStore } from 'zustand/vanilla'

export interface NoticeAction {
  readonly label: string
  readonly run: () => void
}

/** A wait ends by itself; something that lasts is no progress. */
type StayingTone = 'waiting' | 'lasting'

export interface Notice {
  readonly id: number
  readonly tone: 'problem' | 'done' | StayingTone
  readonly text: string
  readonly actions: readonly NoticeAction[]
}

/** One that stays, in words that may change. */
export interface StayingNotice {
  say(text: string): void
  close(): void
}

const SHOWN_MS = { problem: 9000, done: 3200 }
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
  const say = (words: string) => {
    const { list } = notices.getState()
    if (list.every((notice) => notice.id !== id || notice.text === words)) return
    notices.setState({
      list: list.map((notice) => (notice.id === id ? { ...notice, text: words } : notice)),
    })
  }
  return { say, close: () => dismiss(id) }
}

export function stays({ tone }: Pick<Notice, 'tone'>): boolean {
  return tone === 'waiting' || tone === 'lasting'
}

function add(fields: Omit<Notice, 'id'>): Notice {
  const notice = { ...fields, id: next++ }
  const others = notices.getState().list.filter(({ text }) => text !== fields.text)
  const passing = [...others, notice].filter((one) => !stays(one)).slice(-AT_ONCE)
  const list = [...others, notice].filter((one) => stays(one) || passing.includes(one))
  notices.setState({ list })
  return notice
}

export function dismiss(id: number): void {
  const { list } = notices.getState()
  if (list.some((notice) => notice.id === id))
    notices.setState({ list: list.filter((notice) => notice.id !== id) })
}
