import type { Activity, ClientState } from '../../lib/client/types.ts'

export type Tone = 'ready' | 'busy' | 'idle' | 'trouble'

export interface StatusWords {
  readonly tone: Tone
  readonly text: string
}

type Told = Pick<ClientState, 'status' | 'step'>

/** What is happening, in words for people. `nowMs` is wall-clock time, for the seconds until the next attempt. */
export function statusWords(activity: Activity, { status, step }: Told, nowMs: number): StatusWords {
  switch (activity) {
    case 'paused':
      return { tone: 'idle', text: 'Paused' }
    case 'loading':
      return { tone: 'idle', text: 'Loading the model' }
    case 'queued':
      return { tone: 'busy', text: 'Queued' }
    case 'generating':
      return { tone: 'busy', text: 'Generating' }
    case 'refining':
      return { tone: 'busy', text: step ? `Refining, step ${step.step} of ${step.steps}` : 'Refining' }
    case 'up-to-date':
      return { tone: 'ready', text: 'Up to date' }
    case 'offline':
      return { tone: 'trouble', text: offlineWords(status, nowMs) }
  }
}

function offlineWords(status: ClientState['status'], nowMs: number): string {
  switch (status.name) {
    case 'reload':
      return 'The server was updated. Reload the page'
    case 'closed':
      return 'Disconnected'
    case 'waiting': {
      const seconds = Math.max(1, Math.ceil((status.retryAtMs - nowMs) / 1000))
      return `Connection lost. Trying again in ${seconds} s`
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
