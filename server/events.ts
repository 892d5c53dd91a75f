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
  /** Of the certificate that is in use from now on. */
  certificateLoaded(endsAtMs: number): void
  /** An engine process ended that was to go on; another is started. */
  engineProcessLost(): void
  /** An HTTP request was answered, or a socket opened (101). */
  answered(status: number): void
  /** So many wrong keys came from there that further ones have to wait. */
  addressSlowed(network: string): void
  /** A receiver that never took what it asked for. */
  webhookLost(request: string, why: string): void
  bug(where: string, error: unknown): void
  /** Prometheus text. */
  metrics(): Promise<string>
}

/**
 * A file descriptor to log to. A line that it does not take (its disk is full, whoever read it has gone) is lost, which is
 * no reason to end the server: sonic-boom says so as an `error` event, which ends the process where nobody listens.
 */
export function logDestination(fd: number): DestinationStream {
  let isBroken = false
  const open = () => {
    isBroken = false
    const to = pino.destination({ dest: fd, sync: true })
    to.on('error', () => (isBroken = true))
    return to
  }
  let to = open()
  return {
    write(line) {
      // It would keep every line that it could not write, and begin with those.
      if (isBroken) to = open()
      to.write(line)
    },
  }
}

/** Logs go to stderr as JSON lines: stdout is for the one line with the URL. */
export function createEvents(level: string, to: DestinationStream = logDestination(2)): Events {
  const log = pino({ level }, to)
  const metrics = new MetricsRegistry()
  collectDefaultMetrics({ register: metrics })
  return {
    ...sessionEvents(log, metrics),
    ...frameEvents(log, metrics),
    ...serverEvents(log, metrics),
    ...engineEvents(log, metrics),
    ...certificateEvents(metrics),
    ...troubleEvents(log, metrics),
    log,
    metrics: () => metrics.metrics(),
  }
}

function certificateEvents(metrics: MetricsRegistry): Pick<Events, 'certificateLoaded'> {
  return {
    certificateLoaded(endsAtMs) {
      // Made here: where there is no certificate, the 0 of a gauge nobody sets would say that it ended in 1970.
      const gauge = new Gauge({
        name: 'sketchwire_tls_certificate_expiry_seconds',
        help: 'When the TLS certificate in use ends, in seconds since 1970',
        registers: [metrics],
      })
      gauge.set(endsAtMs / 1000)
    },
  }
}

function placeCounters(metrics: MetricsRegistry) {
  const registers = [metrics]
  const refused = new Counter({
    name: 'sketchwire_sessions_refused_total',
    help: 'Sessions there was no place for, by why',
    labelNames: ['code'],
    registers,
  })
  const placesGiven = new Counter({
    name: 'sketchwire_sessions_gave_way_total',
    help: 'Quiet sessions that gave their place to another',
    registers,
  })
  return { refused, placesGiven }
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
  const { refused, placesGiven } = placeCounters(metrics)
  return {
    sessionOpened(session, { door, caller }) {
      sessions.inc()
      log.info({ event: 'session.opened', session, door, caller }, 'session opened')
    },
    sessionRefused({ door, caller }, code) {
      refused.inc({ code })
      log.info({ event: 'session.refused', door, caller, code }, 'session refused')
    },
    sessionGaveWay(session) {
      placesGiven.inc()
      log.info({ event: 'session.gave-way', session }, 'a quiet session gave its place to another')
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
    help: 'Received to painted',
    labelNames: ['mode'],
    buckets,
    registers,
  })
  const wait = new Histogram({
    name: 'sketchwire_frame_wait_seconds',
    help: 'Received to handed to the engine',
    labelNames: ['mode'],
    buckets,
    registers,
  })
  return (end) => {
    if (end.type !== 'image') return
    const { mode, timings } = end
    total.observe({ mode }, timings.totalMs / 1000)
    wait.observe({ mode }, timings.waitMs / 1000)
  }
}

function serverEvents(log: Logger, metrics: MetricsRegistry): Pick<Events, 'socketChanged' | 'answered'> {
  const registers = [metrics]
  const sockets = new Gauge({
    name: 'sketchwire_sockets',
    help: 'Sockets open now',
    labelNames: ['dialect'],
    registers,
  })
  const answers = new Counter({
    name: 'sketchwire_http_answers_total',
    help: 'HTTP answers by status; 101 is a socket that opened',
    labelNames: ['status'],
    registers,
  })
  return {
    answered: (status) => answers.inc({ status }),
    socketChanged(dialect, change, code) {
      sockets.inc({ dialect }, change === 'opened' ? 1 : -1)
      log.debug({ event: `socket.${change}`, dialect, code }, `socket ${change}`)
    },
  }
}

function engineEvents(
  log: Logger,
  metrics: MetricsRegistry,
): Pick<Events, 'engineChanged' | 'engineProcessLost'> {
  const registers = [metrics]
  const ready = new Gauge({
    name: 'sketchwire_engine_ready',
    help: '1 while the engine can paint, else 0',
    registers,
  })
  const changes = new Counter({
    name: 'sketchwire_engine_state_changes_total',
    help: 'Engine states entered',
    labelNames: ['state'],
    registers,
  })
  const lost = new Counter({
    name: 'sketchwire_engine_processes_lost_total',
    help: 'Engine processes that ended by themselves or hung, and were started again',
    registers,
  })
  return {
    engineProcessLost: () => lost.inc(),
    engineChanged(state, detail) {
      ready.set(state === 'ready' ? 1 : 0)
      changes.inc({ state })
      log[state === 'degraded' ? 'warn' : 'info'](
        { event: 'engine.state', state, detail },
        `engine is ${state}`,
      )
    },
  }
}

function troubleEvents(
  log: Logger,
  metrics: MetricsRegistry,
): Pick<Events, 'webhookLost' | 'addressSlowed' | 'bug'> {
  const registers = [metrics]
  const bugs = new Counter({ name: 'sketchwire_bugs_total', help: 'Errors nobody expected', registers })
  const lost = new Counter({ name: 'sketchwire_webhooks_lost_total', help: 'Webhooks given up', registers })
  const slowed = new Counter({
    name: 'sketchwire_addresses_slowed_total',
    help: 'Addresses that wrong keys came from until further ones had to wait',
    registers,
  })
  return {
    addressSlowed(network) {
      slowed.inc()
      log.warn({ event: 'keys.wrong', network }, 'many wrong keys came from one address; it has to wait now')
    },
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
