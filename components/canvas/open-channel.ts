/** Nothing where the browser refuses storage: Firefox counts this as such, and throws. */
export function openChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name)
  } catch {
    return undefined
  }
}
