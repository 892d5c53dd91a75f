'use client'
import { useCallback, useEffect, useRef, useState, type CSSProperties } from 'react'
import { useStore } from 'zustand'
import { DrawCanvas } from '../canvas/draw-canvas.tsx'
import { useDrawingMark } from '../canvas/drawing-mark.ts'
import { EmptyHint } from '../canvas/empty-hint.tsx'
import { LensLayer } from '../canvas/lens-layer.tsx'
import { Toolbar } from '../canvas/toolbar.tsx'
import { ZoomChip } from '../canvas/zoom-chip.tsx'
import { PictureActions } from '../result/picture-actions.tsx'
import { PictureSheet } from '../result/picture-sheet.tsx'
import { PinStrip } from '../result/pin-strip.tsx'
import { keyOf } from '../session/drawing-id.ts'
import { notify } from '../session/notices.ts'
import { current, followAddress, type Way } from '../session/open-drawing.ts'
import { keepPreferences, preferences } from '../session/preferences.ts'
import { useSession } from '../session/session-context.ts'
import { SessionProvider } from '../session/session-provider.tsx'
import { HeardKeys } from '../ui/page-keys.ts'
import { useBefores } from './before.ts'
import { Dock } from './dock.tsx'
import { DrawingSheet } from './drawing-sheet.tsx'
import { DrawingsDialog } from './drawings-dialog.tsx'
import { useFirstWords } from './first-words.ts'
import { Header } from './header.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { SessionKeyDialog } from './key-dialog.tsx'
import { LensControl } from './lens-control.tsx'
import { useMadeWith } from './made-with.ts'
import { Notices } from './notices.tsx'
import { usePersistence } from './persistence.ts'
import { useDrops } from './drops.ts'
import { useShortcuts } from './shortcuts.ts'
import { Skeleton } from './skeleton.tsx'
import { useUnkept } from './unkept.ts'
import { useUnshown } from './unshown.ts'

/** The whole page. The open drawing follows the address. */
export function Studio() {
  const session = useStore(current, (state) => state.session)
  const way = useStore(current, (state) => state.way)
  useEffect(() => {
    const stopKeeping = keepPreferences()
    const close = followAddress()
    return () => {
      close()
      stopKeeping()
    }
  }, [])
  if (!session) return <Skeleton />
  return (
    <SessionProvider session={session}>
      <OpenStudio key={session.id} way={way} />
    </SessionProvider>
  )
}

function OpenStudio({ way }: { readonly way: Way }) {
  const session = useSession()
  const letterKeys = useStore(preferences, (state) => state.letterKeys)
  const [help, setHelp] = useState(false)
  const [drawings, setDrawings] = useState(false)
  const openHelp = useCallback(() => setHelp(true), [])
  const closeHelp = useCallback(() => setHelp(false), [])
  useShortcuts(session, openHelp)
  useDrops(session)
  useUnkept(session)
  useUnshown(session)
  useFirstWords(session, way)
  usePersistence(session)
  useBefores(session)
  useMadeWith(session)
  return (
    <HeardKeys value={letterKeys ? 'page' : 'none'}>
      <div className="studio">
        <Header onDrawings={() => setDrawings(true)} onHelp={openHelp} />
        <Desk chosen={way === 'chosen'} />
        <SessionKeyDialog />
        <HelpDialog onClose={closeHelp} open={help} />
        <DrawingsDialog onClose={() => setDrawings(false)} open={drawings} />
        <Notices />
      </div>
    </HeardKeys>
  )
}

const tellProblem = (message: string) => notify(message, 'problem')

function Desk({ chosen }: { readonly chosen: boolean }) {
  const { id, surface } = useSession()
  const view = useStore(preferences, (state) => state.view)
  const lens = useStore(preferences, (state) => state.lens)
  const size = useStore(surface.store, (state) => state.size)
  const isEmpty = useStore(surface.store, (state) => state.empty)
  const desk = useRef<HTMLElement>(null)
  useDrawingMark(desk, surface)
  const style: CSSProperties & Record<'--aspect' | '--lens', number> = {
    '--aspect': size.width / size.height,
    '--lens': lens,
  }
  return (
    <main className="desk" data-empty={isEmpty} data-view={view} ref={desk} style={style}>
      <Toolbar off={view === 'picture'} surface={surface} />
      <DrawingSheet chosen={chosen}>
        <DrawCanvas
          canDraw={view !== 'picture'}
          onProblem={tellProblem}
          persistenceKey={keyOf(id)}
          surface={surface}
        />
        <EmptyHint surface={surface} />
        <ZoomChip hasButtons surface={surface} />
      </DrawingSheet>
      <section aria-label="Picture" className="sheet sheet-picture" data-testid="picture">
        <LensLayer on={view === 'lens'} surface={surface}>
          <PictureSheet />
        </LensLayer>
      </section>
      <aside aria-label="Picture tools" className="rail">
        <PictureActions />
        <PinStrip />
      </aside>
      {view === 'lens' ? <LensControl /> : null}
      <Dock />
    </main>
  )
}
