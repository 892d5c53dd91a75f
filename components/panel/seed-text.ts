/** The seed that a person has typed; `undefined` while it is none, or none that is allowed. */
export function seedOf(text: string, [low, high]: readonly [number, number]): number | undefined {
  const seed = text.trim() === '' ? NaN : Number(text)
  return Number.isInteger(seed) && seed >= low && seed <= high ? seed : undefined
}
