import { useEffect, useState } from 'react'
import type { TLStoreWithStatus } from 'tldraw'
import { browserEnvironment } from '../../../lib/client/environment.ts'
import { keptPlain } from '../plain/kept-plain.ts'
import type { TldrawSurface } from '../tldraw-surface.ts'
import { openKeptStore } from './kept-store.ts'
import { takesPlain } from './took-plain.ts'

/** The store of `drawing`, loading until what was kept of it is there. */
export function useKeptStore(drawing: string, surface: TldrawSurface): TLStoreWithStatus {
  const [found, setFound] = useState<TLStoreWithStatus>(LOADING)
  useEffect(() => {
    let isOpen = true
    const onKept = (kept: boolean) => surface.store.setState({ kept })
    const opening = openKeptStore({ drawing, clock: browserEnvironment().clock, onKept })
    const begun = opening.then(async ({ store }) => {
      if (takesPlain(store)) await beginWithPlain(surface, drawing)
      return store
    })
    begun.then(
      (store) => isOpen && setFound({ status: 'synced-local', store }),
      (error: unknown) =>
        isOpen &&
        setFound({ status: 'error', error: error instanceof Error ? error : new Error(String(error)) }),
    )
    return () => {
      isOpen = false
      setFound(LOADING)
      // Of one that does not open, the error is told above, and there is nothing to close.
      void opening.then(
        ({ close }) => close(),
        () => undefined,
      )
    }
  }, [drawing, surface])
  return found
}

/** What was drawn on the plain canvas, before the server's build had a licence key say, is there to go on with. */
async function beginWithPlain(surface: TldrawSurface, drawing: string): Promise<void> {
  if (surface.start !== 'blank') return
  // Storage that is refused was told already.
  surface.start = (await keptPlain(drawing).catch(() => undefined)) ?? 'blank'
}

const LOADING: TLStoreWithStatus = { status: 'loading' }
