'use client'
import { useCallback, useEffect, useRef, useState, type CSSProperties, type RefObject } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { EmbedOptions } from '../../lib/embed/options.ts'
import { DrawCanvas } from '../canvas/draw-canvas.tsx'
import { useDrawingMark } from '../canvas/drawing-mark.ts'
import type { CanvasTrouble } from '../canvas/drawing-surface.ts'
import { EmptyHint } from '../canvas/empty-hint.tsx'
import { LensLayer } from '../canvas/lens-layer.tsx'
import { Toolbar } from '../canvas/toolbar.tsx'
import { ZoomChip } from '../canvas/zoom-chip.tsx'
import { PromptBox } from '../panel/prompt-box.tsx'
import { Settings } from '../panel/settings.tsx'
import { StatusPill } from '../panel/status-pill.tsx'
import { PictureActions } from '../result/picture-actions.tsx'
import { PictureSheet } from '../result/picture-sheet.tsx'
import { notify } from '../session/notices.ts'
import { dialUrl } from '../session/access.ts'
import { readSettings } from '../session/saved.ts'
import { openSession, type Session } from '../session/session.ts'
import { useClient, useSession } from '../session/session-context.ts'
import { SessionProvider } from '../session/session-provider.tsx'
import { SessionKeyDialog } from '../shell/key-dialog.tsx'
import { Notices } from '../shell/notices.tsx'
import { useUnkeptInPassing } from '../shell/unkept.ts'
import { useUnshownInPassing } from '../shell/unshown.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { HeardKeys } from '../ui/page-keys.ts'
import { useEmbedDrops } from './embed-drops.ts'
import { createEmbedStore, dismissProblems, paramsOf, type EmbedStore } from './embed-state.ts'
import { bridge, openLine, watchModel, type Line } from './frame-bridge.ts'
import { keptName } from './kept-name.ts'
import { PageKey } from './page-key.ts'
import { tellUnkept } from './unkept-copy.ts'
import { wantedHeight } from './wanted-height.ts'

interface Opened {
  readonly session: Session
  readonly key: PageKey
  readonly line: Line
}

/** The canvas alone, with as much around it as the embedding page wants. */
export function EmbedStudio() {
  const [store] = useState(() => createEmbedStore(window.location))
  const [open] = useState(() => createStore<{ readonly now?: Opened }>()(() => ({})))
  const opened = useStore(open, (state) => state.now)
  useEffect(() => {
    const { options } = store.getState()
    const line = openLine(options.host)
    const key = new PageKey({ ask: line.key, dialUrl: (found) => dialUrl(found, options.host) })
    const session = openEmbedded(options, key)
    const stops = [
      watchModel(session, store),
      bridge(line, session, store),
      tellUnkept(line, session),
      line.isOpen ? key.watch(session.client) : () => undefined,
      session.dispose,
      line.close,
    ]
    open.setState({ now: { session, key, line } })
    // Words of an address are behind its `#`: a frame whose `src` gets others is not loaded anew by the browser.
    const reload = () => window.location.reload()
    window.addEventListener('hashchange', reload)
    return () => {
      window.removeEventListener('hashchange', reload)
      stops.forEach((stop) => stop())
      open.setState({}, true)
    }
  }, [open, store])
  useDocumentLook(store)
  if (!opened) return <div aria-busy="true" className="embed" />
  return (
    <HeardKeys value="canvas">
      <SessionProvider session={opened.session}>
        <Sheets key={opened.session.id} line={opened.line} pageKey={opened.key} store={store} />
      </SessionProvider>
    </HeardKeys>
  )
}

/** What was drawn here before comes back; words and settings that the page gives come first. */
function openEmbedded(options: EmbedOptions, { dial }: PageKey): Session {
  const id = keptName(options)
  const saved = readSettings(id).params
  const params = { ...saved, ...paramsOf(options) }
  return openSession({
    id,
    start: 'blank',
    params,
    canvas: options.surface,
    dial,
    pins: false,
    embedded: true,
  })
}

function useDocumentLook(store: EmbedStore): void {
  const theme = useStore(store, (state) => state.options.theme)
  const transparent = useStore(store, (state) => state.options.transparent)
  useEffect(() => {
    const { dataset } = document.documentElement
    dataset['theme'] = theme
    dataset['transparent'] = String(transparent)
  }, [theme, transparent])
}

interface SheetsProps {
  readonly store: EmbedStore
  readonly line: Line
  readonly pageKey: PageKey
}

const tellProblem = (message: string) => notify(message, 'problem')

function Sheets({ store, line, pageKey }: SheetsProps) {
  const session = useSession()
  const { id, surface } = session
  useUnkeptInPassing(session)
  useUnshownInPassing(session)
  const options = useStore(store, (state) => state.options)
  const size = useStore(surface.store, (state) => state.size)
  const isEmpty = useStore(surface.store, (state) => state.empty)
  const root = useRef<HTMLElement>(null)
  const { view, controls, readonly } = options
  useEmbedDrops(session, readonly)
  const aspect = size.width / size.height
  useDrawingMark(root, surface)
  useWantedHeight(root, { line, view, aspect, controls })
  const tellTrouble = useCallback((detail: CanvasTrouble) => line.post({ type: 'error', detail }), [line])
  const style: CSSProperties & Record<'--aspect', number> = { '--aspect': aspect }
  const canDraw = !readonly && view !== 'result'
  return (
    <main
      aria-label="Sketchwire canvas"
      className="embed"
      data-controls={controls}
      data-empty={isEmpty}
      data-view={view}
      ref={root}
      style={style}
    >
      {canDraw && controls !== 'none' ? <Toolbar off={false} surface={surface} /> : null}
      <div className="embed-room">
        <div className="embed-sheets">
          <section
            aria-label="Drawing"
            className="sheet sheet-drawing"
            data-testid="drawing"
            inert={!canDraw}
          >
            <DrawCanvas
              canDraw={canDraw}
              onProblem={tellProblem}
              onTrouble={tellTrouble}
              persistenceKey={`sketchwire-${id}`}
              surface={surface}
            />
            {canDraw ? <EmptyHint surface={surface} /> : null}
            <ZoomChip hasButtons={canDraw && controls !== 'none'} surface={surface} />
          </section>
          <section aria-label="Picture" className="sheet sheet-picture" data-testid="picture">
            <LensLayer on={view === 'lens'} surface={surface}>
              <PictureSheet />
            </LensLayer>
          </section>
        </div>
      </div>
      {controls === 'none' ? <Trouble /> : <Foot isFull={controls === 'full'} readonly={readonly} />}
      <Problems store={store} />
      <Notices />
      <Refusal pageKey={pageKey} />
      <SessionKeyDialog waits={line.isOpen} />
    </main>
  )
}

function Foot({ isFull, readonly }: { readonly isFull: boolean; readonly readonly: boolean }) {
  return (
    <footer className="embed-foot">
      <div className="embed-line">
        <StatusPill />
        {isFull ? <PictureActions pins={false} readonly={readonly} /> : null}
      </div>
      {readonly ? null : <PromptBox />}
      {isFull && !readonly ? <Settings /> : null}
    </footer>
  )
}

/** Without controls nothing is said, unless something is wrong: a canvas that stands still must tell why. */
function Trouble() {
  const isLost = useClient((state) => ['waiting', 'reload', 'locked'].includes(state.status.name))
  if (!isLost) return null
  return (
    <div className="embed-trouble">
      <StatusPill />
    </div>
  )
}

/** The embedding page gave a key that the server does not take. */
function Refusal({ pageKey }: { readonly pageKey: PageKey }) {
  const reason = useStore(pageKey.refusal, (state) => state.reason)
  const isLocked = useClient((state) => state.status.name === 'locked')
  if (reason === undefined || !isLocked) return null
  return (
    <div className="embed-problems" role="alert">
      <p>{`The server refused the embedding page's key: ${reason}`}</p>
    </div>
  )
}

function Problems({ store }: { readonly store: EmbedStore }) {
  const problems = useStore(store, (state) => state.problems)
  if (problems.length === 0) return null
  return (
    <div className="embed-problems" role="alert">
      <ul>
        {problems.map(({ name, message }) => (
          <li key={name}>{message}</li>
        ))}
      </ul>
      <IconButton icon="close" label="Dismiss" onClick={() => dismissProblems(store)} tip="left" />
    </div>
  )
}

interface Wanted {
  readonly line: Line
  readonly view: EmbedOptions['view']
  readonly controls: EmbedOptions['controls']
  readonly aspect: number
}

/** Tells the page around how high this one would like to be, whenever that changes. */
function useWantedHeight(root: RefObject<HTMLElement | null>, wanted: Wanted): void {
  const { line, view, aspect, controls } = wanted
  useEffect(() => {
    const element = root.current
    const room = element?.querySelector('.embed-room')
    if (!element || !room) return
    let told = 0
    const measure = () => {
      const chrome = element.offsetHeight - room.clientHeight
      const gap = Number.parseFloat(getComputedStyle(element).rowGap) || 0
      const height = wantedHeight({ width: room.clientWidth, chrome, gap, aspect, view })
      if (Math.abs(height - told) < 1) return
      told = height
      line.post({ type: 'height', height })
    }
    const observer = new ResizeObserver(measure)
    observer.observe(room)
    measure()
    return () => observer.disconnect()
  }, [root, line, view, aspect, controls])
}
