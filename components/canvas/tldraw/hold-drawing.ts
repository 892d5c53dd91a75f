// Which tabs have a drawing open, as the browser's locks: a tab that sleeps answers nobody, and holds its lock still. It
// may wake and undo, so what undo needs is taken away only where no tab holds the drawing.

/**
 * Holds `drawing` for this tab, and before that, where no other tab holds it, does what only one that is `alone` may.
 * Resolves with what lets go. Without locks, as in a page over plain HTTP from another machine, nobody is alone.
 */
export async function holdDrawing(drawing: string, alone: () => Promise<void>): Promise<() => void> {
  const name = `sketchwire-open-${drawing}`
  try {
    await navigator.locks.request(
      name,
      { ifAvailable: true },
      (lock) => lock && alone().catch(() => undefined),
    )
    return await hold(name)
  } catch {
    return () => undefined
  }
}

/** Waits for as long as another tab is alone with it. */
function hold(name: string): Promise<() => void> {
  return new Promise((held, refused) => {
    const holding = navigator.locks.request(name, { mode: 'shared' }, () => {
      return new Promise<void>((letGo) => held(letGo))
    })
    holding.catch(refused)
  })
}
