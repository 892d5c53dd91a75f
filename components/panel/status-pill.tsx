'use client'
import { useLayoutEffect, useState } from 'react'
import { useStore } from 'zustand'
import { lastingWords } from '../session/client-notices.ts'
import { useClient, useSession } from '../session/session-context.ts'
import { StatusAction } from './status-action.tsx'
import { figures, spokenWords, stageLines, statusWords } from './status-words.ts'

/** Connection and engine in words, with milliseconds and pictures per second. */
export function StatusPill() {
  const { calm } = useSession()
  const activity = useStore(calm, (state) => state.activity)
  const raw = useClient((state) => state.activity)
  const status = useClient((state) => state.status)
  const step = useClient((state) => state.step)
  const engine = useClient((state) => state.engine)
  const forming = useClient((state) => state.forming)
  const stats = useClient((state) => state.stats)
  const nowMs = useSeconds(status.name === 'waiting')
  const words = statusWords(activity, { status, step, engine, forming }, nowMs)
  const spoken = useLast(spokenWords(words, { status }))
  const lasting = lastingWords(engine)
  const { ms, fps } = figures(stats)
  return (
    <>
      <span className="sr-only" role="status">
        {spoken}
      </span>
      <div
        className="status"
        data-activity={raw}
        data-pen-to-paint-ms={stats.penToPaintMs?.toFixed(1)}
        data-testid="status"
        data-tone={words.tone}
      >
        <span aria-hidden="true" className="status-dot" />
        <span
          className="status-text"
          title={lasting === undefined ? words.text : `${words.text}\n${lasting}`}
        >
          {words.text}
          {words.progress ? <span className="status-progress">, {words.progress}</span> : null}
        </span>
        <StatusAction />
        <span className="status-figures" title={stageLines(stats)}>
          <span className="figure" data-testid="ms">
            {ms}
          </span>
          <span className="figure" data-testid="fps">
            {fps}
          </span>
        </span>
      </div>
    </>
  )
}

/** The last one that was something. */
function useLast(said: string | undefined): string {
  const [last, setLast] = useState('')
  if (said !== undefined && said !== last) setLast(said)
  return said ?? last
}

/** Wall-clock time, moving twice a second while it is needed, and right from its first paint. */
function useSeconds(moving: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useLayoutEffect(() => {
    if (!moving) return
    const tell = () => setNowMs(Date.now())
    tell()
    const timer = setInterval(tell, 500)
    return () => clearInterval(timer)
  }, [moving])
  return nowMs
}
