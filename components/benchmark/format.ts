/** A figure for people: `12.3`, `123`, a dash for none. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0)
}

export const ms = (value: number): string => `${figure(value)} ms`

export function bytes(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return value < 1000 ? `${value.toFixed(0)} B` : `${(value / 1000).toFixed(1)} kB`
}

export function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  const minutes = Math.floor(seconds / 60)
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}
