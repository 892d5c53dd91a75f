import { useCallback, useMemo } from 'react'
import { useStore } from 'zustand'
import { sizeOf } from '../../lib/benchmark/settings.ts'
import { BenchCanvas } from '../canvas/bench-canvas.tsx'
import { askForKey } from '../shell/key-dialog.tsx'
import type { BenchSession, BenchState } from './bench-session.ts'
import { duration } from './format.ts'

/** The sheet that the scripted pen draws on, the pictures that come back, and how far it is. */
export function StageCard({ bench }: { readonly bench: BenchSession }) {
  const { settings, paper, phase, progress, engine, error, locked, disturbed } = useStore(bench.store)
  const name = settings?.sizes[0]
  const size = useMemo(() => sizeOf(name ?? ''), [name])
  const usePaper = useCallback(
    (paper: Parameters<BenchSession['usePaper']>[0]) => bench.usePaper(paper),
    [bench],
  )
  const useCanvas = useCallback(
    (canvas: HTMLCanvasElement | null) => {
      if (canvas) bench.useCanvas(canvas)
    },
    [bench],
  )
  const share = progress ? progress.part : phase === 'done' ? 1 : 0
  return (
    <section aria-label="Run" className="bench-card bench-stage" data-phase={phase} data-testid="bench">
      <div className="bench-sheets">
        <div aria-label="Scripted drawing" className="bench-sheet" inert role="img">
          {size && settings ? (
            <BenchCanvas onPaper={usePaper} size={size} surface={settings.surface} />
          ) : null}
        </div>
        <canvas aria-label="Picture" className="bench-sheet" ref={useCanvas} role="img" />
      </div>
      <div className="bench-run">
        {phase === 'running' ? (
          <button className="button" onClick={() => bench.stop()} type="button">
            Stop
          </button>
        ) : (
          <button
            className="button bench-start"
            disabled={engine !== 'ready' || !settings || !paper}
            onClick={() => void bench.start()}
            type="button"
          >
            Measure
          </button>
        )}
        <div className="bench-progress">
          <p>
            <span aria-live="polite">{wordsOf({ phase, progress, engine })}</span>
            {/* Read aloud, it would be a sentence every second. */}
            {progress ? ` · ${duration(progress.leftMs)} left` : null}
          </p>
          <progress aria-label="Progress" max={1} value={share} />
        </div>
      </div>
      {locked === undefined ? null : (
        <p className="bench-problem" role="alert">
          {locked}.{' '}
          <button className="text-button" onClick={askForKey} type="button">
            Enter it
          </button>
        </p>
      )}
      {error ? (
        <p className="bench-problem" role="alert">
          {error}
        </p>
      ) : null}
      {disturbed ? (
        <p className="bench-problem" role="alert">
          This tab was hidden during the measurement. Browsers slow hidden tabs down: measure again with the
          tab in front.
        </p>
      ) : null}
    </section>
  )
}

function wordsOf({ phase, progress, engine }: Pick<BenchState, 'phase' | 'progress' | 'engine'>): string {
  if (progress) return `Run ${progress.done + 1} of ${progress.total}: ${progress.name}`
  if (phase === 'running') return 'Opening connections…'
  if (phase === 'done') return 'Done.'
  if (phase === 'stopped') return 'Stopped. What was finished before is below.'
  if (engine === 'ready') return 'Ready. Close other tabs and programs for figures that mean something.'
  if (engine === 'closed') return 'No connection to the server.'
  return 'The model is loading…'
}
