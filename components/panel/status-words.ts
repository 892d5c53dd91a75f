import type { Activity, ClientState } from '../../lib/client/types.ts'

export type Tone = 'ready' | 'busy' | 'idle' | 'trouble'

export interface StatusWords {
  readonly tone: Tone
  readonly text: string
  /** How far it is: changes too fast to be read aloud, and gives way where there is little room. */
  readonly progress?: string
}

type Told = Pick<ClientState, 'status' | 'step' | 'engine' | 'forming'>

/** What is happening, in words for people. `nowMs` is wall-clock time, for the seconds until the next attempt. */
export function statusWords(activity: Activity, told: Told, nowMs: number): StatusWords {
  const { status, step, engine, forming } = told
  switch (activity) {
    case 'paused':
      return { tone: 'idle', text: 'Paused' }
    case 'loading':
      return loadingWords(engine)
    case 'queued':
      return { tone: 'busy', text: 'Queued' }
    case 'generating':
      return { tone: 'busy', text: 'Generating', ...(forming && progressOf(step)) }
    case 'refining':
      return { tone: 'busy', text: 'Refining', ...progressOf(step) }
    case 'up-to-date':
      return { tone: 'ready', text: 'Up to date' }
    case 'offline':
      return { tone: 'trouble', text: offlineWords(status, nowMs) }
  }
}

function progressOf(step: Told['step']): { progress?: string } {
  return step ? { progress: `step ${step.step} of ${step.steps}` } : {}
}

/**
 * What is read aloud: rest and trouble. Each picture on its way would be a sentence several times a second, and so would
 * each attempt to connect be, every few seconds for as long as the server is away: `undefined` leaves it at what was said.
 */
export function spokenWords(
  { tone, text }: StatusWords,
  { status }: Pick<Told, 'status'>,
): string | undefined {
  if (status.name === 'connecting' && status.attempt > 1) return undefined
  return tone === 'busy' ? '' : text.replace(/\. Trying again in .*/, '. Trying again')
}

/**
 * An engine that something is the matter with says what, in its own sentence. One that is ready is shown as loading for as
 * long as the calm word lags behind it.
 */
function loadingWords({ name, detail }: Told['engine']): StatusWords {
  if (name === 'loading' || name === 'ready') return { tone: 'idle', text: 'Loading the model' }
  const fallback = name === 'closed' ? 'The engine is closed' : 'The engine is restarting'
  return { tone: 'trouble', text: detail ?? fallback }
}

function offlineWords(status: ClientState['status'], nowMs: number): string {
  switch (status.name) {
    case 'reload':
      return 'The server was updated. Reload the page'
    case 'locked':
      return 'The server asks for a key'
    case 'closed':
      return 'Disconnected'
    case 'waiting': {
      const seconds = Math.max(1, Math.ceil((status.retryAtMs - nowMs) / 1000))
      const why = status.reason.replace(/\.$/, '') || 'Connection lost'
      return `${why}. Trying again in ${seconds} s`
    }
    case 'connecting':
      return status.attempt > 1 ? 'Reconnecting' : 'Connecting'
    case 'live':
      return 'Connecting'
  }
}

/** Where the time of the last picture went, one stage a line; empty before the first. */
export function stageLines({ timings, penToPaintMs, roundTripMs, superseded }: ClientState['stats']): string {
  if (!timings) return ''
  const unet = timings.unetMs.reduce((sum, ms) => sum + ms, 0)
  const stages: [string, number | undefined][] = [
    ['Pen to paint', penToPaintMs],
    ['Round trip', roundTripMs],
    ['Waiting', timings.waitMs],
    ['Decode', timings.decodeMs],
    ['Words', timings.textEncodeMs],
    ['Sketch to latents', timings.vaeEncodeMs],
    [`Denoising, ${timings.unetMs.length} steps`, unet],
    ['Latents to picture', timings.vaeDecodeMs],
    ['Encode', timings.encodeMs],
  ]
  const lines = stages.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name}: ${ms.toFixed(0)} ms`]))
  return [...lines, `Superseded by newer frames: ${superseded}`].join('\n')
}

/** Milliseconds and pictures per second, or nothing while there are none. */
export function figures(stats: ClientState['stats']): { ms: string | undefined; fps: string | undefined } {
  const ms = stats.timings?.totalMs
  return {
    ms: ms === undefined ? undefined : `${Math.round(ms)} ms`,
    fps: stats.fps >= 1 ? `${stats.fps < 10 ? stats.fps.toFixed(1) : Math.round(stats.fps)} fps` : undefined,
  }
}
