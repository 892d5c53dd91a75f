'use client'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { keepPreferences, preferences } from '../session/preferences.ts'
import { KeyDialog } from '../shell/key-dialog.tsx'
import { Logo } from '../shell/logo.tsx'
import { Notices } from '../shell/notices.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { type BenchSession, currentBench, openBench } from './bench-session.ts'
import { CompareView } from './compare-view.tsx'
import { Figures } from './figures.tsx'
import { KeepBar } from './keep-bar.tsx'
import { ReferenceList } from './reference-list.tsx'
import { ResultsView } from './results-view.tsx'
import { SettingsForm } from './settings-form.tsx'
import { StageCard } from './stage-card.tsx'

const THEME_OPTIONS = [
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
  { id: 'system', label: 'System' },
] as const

/** How fast this server is from this browser, and where the time goes. */
export function BenchmarkPage() {
  const bench = useStore(currentBench, (state) => state.bench)
  useEffect(() => {
    const stopKeeping = keepPreferences()
    const close = openBench()
    return () => {
      close()
      stopKeeping()
    }
  }, [])
  return (
    <div className="bench">
      <BenchHeader />
      {bench ? <Bench bench={bench} /> : null}
      <Notices />
    </div>
  )
}

function BenchHeader() {
  const theme = useStore(preferences, (state) => state.theme)
  return (
    <header className="header bench-header">
      <a className="brand" href="/" title="Back to drawing">
        <Logo />
        <span className="wordmark">Sketchwire</span>
      </a>
      <span />
      <div className="header-end">
        <Segmented
          label="Theme"
          onChange={(next) => preferences.setState({ theme: next })}
          options={THEME_OPTIONS}
          value={theme}
        />
      </div>
    </header>
  )
}

function Bench({ bench }: { readonly bench: BenchSession }) {
  const { problems, progress, runs, report, engine, locked } = useStore(bench.store)
  const current = progress?.current
  const shown = current && current.frames > 0 ? [...runs, current] : runs
  const figures = current ?? runs.at(-1)
  return (
    <main className="bench-main-column">
      <div className="bench-title">
        <h1>Benchmark</h1>
        <p>How fast this server is from this browser, and where the time goes.</p>
        <Facts bench={bench} />
      </div>
      {problems.length > 0 ? (
        <div className="bench-problem" role="alert">
          <ul aria-label="Settings that were left out of account">
            {problems.map((problem) => (
              <li key={problem}>{`${problem}. The default is used.`}</li>
            ))}
          </ul>
        </div>
      ) : null}
      <div className="bench-top">
        <section aria-label="Settings" className="bench-card">
          <SettingsForm bench={bench} />
        </section>
        <StageCard bench={bench} />
      </div>
      {figures ? <Figures run={figures} /> : null}
      {shown.length > 0 ? <ResultsView runs={shown} /> : null}
      <section aria-labelledby="keep-title" className="bench-card">
        <h2 id="keep-title">Keep</h2>
        <KeepBar report={report} />
      </section>
      <CompareView report={report} />
      <ReferenceList />
      <KeyDialog live={engine === 'ready'} locked={locked} onKey={() => bench.connect()} />
    </main>
  )
}

/** The machine and the model that the figures belong to. */
function Facts({ bench }: { readonly bench: BenchSession }) {
  const { model, machine } = useStore(bench.store)
  if (!model) return null
  return (
    <dl className="bench-facts">
      <div>
        <dt>Model</dt>
        <dd>{`${model.name} on ${model.provider}`}</dd>
      </div>
      <div>
        <dt>Server</dt>
        <dd>
          {machine
            ? `${machine.cpu}, ${machine.cores} cores, ${machine.runtime}`
            : 'does not say what it runs on'}
        </dd>
      </div>
      <div>
        <dt>Browser</dt>
        <dd>{`${navigator.hardwareConcurrency} cores`}</dd>
      </div>
    </dl>
  )
}
