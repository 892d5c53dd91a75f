import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry as MetricsRegistry } from 'prom-client'
import type { SessionObserver } from './session/observer.ts'
import { toWireError } from './session/session-event.ts'
import type { TerminalEvent } from './session/session-event.ts'
import { ERROR_TABLE } from '../lib/protocol/errors.ts'

/** One method per business event: a counter and a log line. Nothing else counts or logs the life of frames. */
export interface Events extends SessionObserver {
  readonly log: Logger
  socketChanged(dialect: string, change: 'opened' | 'closed', code: number): void
  engineChanged(state: string, detail: string | undefined): void
  /** A receiver that never took what it asked for. */
  webhookLost(request: string, why: string): void
  bug(where: string, error: unknown): void
  /** Prometheus text. */
  metrics(): Promise<string>
}

/** Logs go to stderr as JSON lines: stdout is for the one line with the URL. */
export function createEvents(
  level: string,
  to: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Events {
  const log = pino({ level }, to)
  const metrics = new MetricsRegistry()
  collectDefaultMetrics({ register: metrics })
  return {
    ...sessionEvents(log, metrics),
    ...frameEvents(log, metrics),
    ...serverEvents(log, metrics),
    ...troubleEvents(log, metrics),
    log,
    metrics: () => metrics.metrics(),
  }
}

type FrameLife = Pick<SessionObserver, 'frameAccepted' | 'frameEnded'>

function sessionEvents(log: Logger, metrics: MetricsRegistry): Omit<SessionObserver, keyof FrameLife> {
  const registers = [metrics]
  const sessions = new Gauge({ name: 'sketchwire_sessions', help: 'Sessions open now', registers })
  const gaveWay = new Counter({
    name: 'sketchwire_refinements_gave_way_total',
    help: 'Refinements stopped for a live frame',
    registers,
  })
  return {
    sessionOpened(session) {
      sessions.inc()
      log.info({ event: 'session.opened', session }, 'session opened')
    },
    sessionClosed(session) {
      sessions.dec()
      log.info({ event: 'session.closed', session }, 'session closed')
    },
    jobGaveWay(session, seq) {
      gaveWay.inc()
      log.debug({ event: 'job.gave-way', session, seq }, 'refinement gave way')
    },
    jobFailed(session, seq, error) {
      const { code, message: reason } = toWireError(error)
      const line = { event: 'job.failed', session, seq, code }
      // A stack tells nothing of a failure that has a code: its words do, and often the sender is at fault.
      if (code === 'internal') log.warn({ ...line, err: error }, 'job failed')
      else if (ERROR_TABLE[code].httpStatus < 500) log.info({ ...line, reason }, 'job refused')
      else log.warn({ ...line, reason }, 'job failed')
    },
  }
}

function frameEvents(log: Logger, metrics: MetricsRegistry): FrameLife {
  const registers = [metrics]
  const accepted = new Counter({
    name: 'sketchwire_frames_accepted_total',
    help: 'Frames let in',
    labelNames: ['mode'],
    registers,
  })
  const ended = new Counter({
    name: 'sketchwire_frames_ended_total',
    help: 'Frames by how they ended',
    labelNames: ['end', 'code'],
    registers,
  })
  const observe = frameHistograms(metrics)
  return {
    frameAccepted(session, { seq, mode }) {
      accepted.inc({ mode })
      log.debug({ event: 'frame.accepted', session, seq, mode }, 'frame accepted')
    },
    frameEnded(session, end) {
      const code = end.type === 'refused' || end.type === 'failed' ? end.error.code : ''
      ended.inc({ end: end.type, code })
      observe(end)
      log.debug(
        { event: `frame.${end.type}`, session, seq: end.seq, ...(code ? { code } : {}) },
        'frame ended',
      )
    },
  }
}

function frameHistograms(metrics: MetricsRegistry): (end: TerminalEvent) => void {
  const buckets = [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10, 30]
  const registers = [metrics]
  const total = new Histogram({
    name: 'sketchwire_frame_seconds',
    help: 'Received to replied',
    buckets,
    registers,
  })
  const wait = new Histogram({
    name: 'sketchwire_frame_wait_seconds',
    help: 'Received to handed to the engine',
    buckets,
    registers,
  })
  return (end) => {
    if (end.type !== 'image') return
    total.observe(end.timings.totalMs / 1000)
    wait.observe(end.timings.waitMs / 1000)
  }
}

function serverEvents(
  log: Logger,
  metrics: MetricsRegistry,
): Pick<Events, 'socketChanged' | 'engineChanged'> {
  const registers = [metrics]
  const sockets = new Gauge({
    name: 'sketchwire_sockets',
    help: 'Sockets open now',
    labelNames: ['dialect'],
    registers,
  })
  const changes = new Counter({
    name: 'sketchwire_engine_state_changes_total',
    help: 'Engine states entered',
    labelNames: ['state'],
    registers,
  })
  return {
    socketChanged(dialect, change, code) {
      sockets.inc({ dialect }, change === 'opened' ? 1 : -1)
      log.debug({ event: `socket.${change}`, dialect, code }, `socket ${change}`)
    },
    engineChanged(state, detail) {
      changes.inc({ state })
      log[state === 'degraded' ? 'warn' : 'info'](
        { event: 'engine.state', state, detail },
        `engine is ${state}`,
      )
    },
  }
}

function troubleEvents(log: Logger, metrics: MetricsRegistry): Pick<Events, 'webhookLost' | 'bug'> {
  const registers = [metrics]
  const bugs = new Counter({ name: 'sketchwire_bugs_total', help: 'Errors nobody expected', registers })
  const lost = new Counter({ name: 'sketchwire_webhooks_lost_total', help: 'Webhooks given up', registers })
  return {
    webhookLost(request, why) {
      lost.inc()
      log.warn({ event: 'webhook.lost', request, why }, 'webhook given up')
    },
    bug(where, error) {
      bugs.inc()
      log.error({ event: 'bug', where, err: error }, `unexpected error while ${where}`)
    },
  }
}
