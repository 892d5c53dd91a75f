// Short words that come up over the page and go by themselves. Never in the way: no notice takes the focus.
import { createStore } from 'zustand/vanilla'

export interface Notice {
  readonly id: number
  readonly tone: 'problem' | 'done'
  readonly text: string
}

const SHOWN_MS = { problem: 9000, done: 3200 }
const AT_ONCE = 3

let next = 1

export const notices = createStore<{ readonly list: readonly Notice[] }>()(() => ({ list: [] }))

/** Shows a notice. The same words twice are one notice, shown longer. */
export function notify(text: string, tone: Notice['tone'] = 'done'): void {
  const notice = { id: next++, tone, text }
  const others = notices.getState().list.filter((other) => other.text !== text)
  notices.setState({ list: [...others, notice].slice(-AT_ONCE) })
  setTimeout(() => dismiss(notice.id), SHOWN_MS[tone])
}

export function dismiss(id: number): void {
  const { list } = notices.getState()
  if (list.some((notice) => notice.id === id))
    notices.setState({ list: list.filter((notice) => notice.id !== id) })
}
