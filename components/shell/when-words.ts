const TIME = new Intl.DateTimeFormat('en', { hour: 'numeric', minute: '2-digit' })
const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
const YEAR = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })

/** When something was, in as few words as tell it from others: the time of today, the day of this year. */
export function whenWords(atMs: number, nowMs: number): string {
  const [at, now] = [new Date(atMs), new Date(nowMs)]
  if (at.toDateString() === now.toDateString()) return TIME.format(at)
  return at.getFullYear() === now.getFullYear() ? DAY.format(at) : YEAR.format(at)
}
