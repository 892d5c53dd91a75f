import type { OnceAnswer, OnceDialect } from '../../compat/dialect.ts'
import { FAL_APPS, findFalApp, spellings } from '../../compat/fal-apps.ts'
import type { FalApp } from '../../compat/fal-apps.ts'
import type { FalFiles } from '../../compat/fal-files.ts'
import { originOf, QUEUE_PREFIX, queueBase } from '../../compat/fal-hosts.ts'
import {
  cancelAnswer,
  FalJobs,
  resultAnswer,
  statusBody,
  statusCode,
  unknownJob,
  webhookBody,
} from '../../compat/fal-queue.ts'
import { falRest } from '../../compat/fal-rest.ts'
import { SSE_HEADERS, SSE_HEARTBEAT, sseData } from '../../compat/fal-stream.ts'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../../lib/protocol/version.ts'
import type { Clock } from '../../../lib/std/clock.ts'
import type { Answer, StreamReply } from '../host.ts'
import { json } from '../replies.ts'
import type { HandlerRouteEntry, RouteContext, RoutedRequest, RouteEntry } from '../route.ts'
import { Reader } from '../stream-reader.ts'
import { SubmittedJob } from './fal-job.ts'
import { FAL_HANDLER, falRefusal } from './fal-replies.ts'
import { aliasOf } from './fal-tokens.ts'

/** A queue is there to be filled: far more of one caller may wait than on the plain doors, and not in their line. */
const QUEUE_LINE = { id: 'fal-queue', depth: 256 } as const

interface Queue {
  readonly context: RouteContext
  readonly jobs: FalJobs<SubmittedJob>
}

/** Paths of today's clients (`queue.fal.run`), then those of 0.5 to 0.7 below the app's own host. */
export function queueRoutes(context: RouteContext, files: FalFiles): RouteEntry[] {
  const queue: Queue = { context, jobs: new FalJobs(() => context.clock.now()) }
  const submits = FAL_APPS.flatMap((app) =>
    submitRoutes(queue, app, falRest({ app, files, line: QUEUE_LINE })),
  )
  const request = `${QUEUE_PREFIX}/:owner/:alias/requests/:id`
  const old = '/:app/fal/queue/requests/:id'
  return [
    ...submits,
    about(queue, 'GET', request, (job) => resultAnswer(job)),
    about(queue, 'GET', `${request}/status`, status),
    about(queue, 'GET', `${request}/status/stream`, (job, asked) => statusStream(job, asked, context.clock)),
    about(queue, 'PUT', `${request}/cancel`, (job) => cancelAnswer(job)),
    about(queue, 'GET', `${old}/status`, status),
    about(queue, 'GET', `${old}/response`, (job) => resultAnswer(job)),
    about(queue, 'PUT', `${old}/cancel`, (job) => cancelAnswer(job)),
  ]
}

function submitRoutes(queue: Queue, app: FalApp, dialect: OnceDialect): RouteEntry[] {
  return spellings(app).flatMap((id) =>
    [`${QUEUE_PREFIX}/${id}`, `/${id}/fal/queue/submit`, `/${id}/fal/queue/submit/`].map((path) => ({
      ...FAL_HANDLER,
      path,
      method: 'POST' as const,
      app: () => aliasOf(app.id),
      bodyLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
      handle: (request: RoutedRequest) => submit(queue, app, { dialect, request }),
    })),
  )
}

interface Submission {
  readonly dialect: OnceDialect
  readonly request: RoutedRequest
}

async function submit(
  { context, jobs }: Queue,
  app: FalApp,
  { dialect, request }: Submission,
): Promise<Answer> {
  const { facts, body, identity } = request
  const webhook = facts.query.get('fal_webhook') ?? undefined
  const unwanted = webhook === undefined ? undefined : context.webhooks.refusal(webhook)
  if (unwanted) return falRefusal(unwanted)
  const task = context.start(dialect, { caller: identity.caller, body, facts })
  const job = new SubmittedJob(ownerAndAlias(app), task)
  const finished = finish(context, job, task.answer)
  // What is refused for want of room has no place in the queue; anything else is told with the result, as fal does.
  const early = await Promise.race([finished, nextTurn()])
  if (early && [429, 503].includes(early.status)) return early
  if (!jobs.add(job)) {
    job.cancel()
    return falRefusal({
      code: 'busy',
      message: 'The queue is full; submit this again later',
      retryAfterMs: 5000,
    })
  }
  void finished.then((answer) => {
    jobs.ended(job.requestId)
    if (webhook !== undefined) tellWebhook(context, { job, url: webhook, answer })
  })
  const base = queueBase(originOf(facts.headers), facts.headers['host'])
  // Whatever has become of it already: this is the answer that clients expect here.
  return json(200, {
    ...statusBody(job, base, undefined),
    gateway_request_id: job.requestId,
    status: 'IN_QUEUE',
    queue_position: job.position(),
  })
}

interface Told {
  readonly job: SubmittedJob
  readonly url: string
  readonly answer: OnceAnswer
}

function tellWebhook({ webhooks }: RouteContext, { job: { requestId }, url, answer }: Told): void {
  void webhooks.deliver({ requestId, url, body: webhookBody(requestId, answer) })
}

async function finish(
  context: RouteContext,
  job: SubmittedJob,
  done: Promise<OnceAnswer>,
): Promise<OnceAnswer> {
  const answer = await done.catch((error: unknown) => {
    context.onBug('working off the queue', error)
    return asAnswer(
      falRefusal({ code: 'internal', message: 'The server failed on this request; its log says why' }),
    )
  })
  job.end(answer)
  return answer
}

function asAnswer({ status, headers, body }: ReturnType<typeof falRefusal>): OnceAnswer {
  return { status, headers, body: typeof body === 'string' ? body : new TextDecoder().decode(body) }
}

function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)))
}

/** How clients ask about a request: without the sub-path of its app. */
function ownerAndAlias({ id }: FalApp): string {
  return id.split('/').slice(0, 2).join('/')
}

type Tell = (job: SubmittedJob, request: RoutedRequest) => Answer

function about({ jobs }: Queue, method: 'GET' | 'PUT', path: string, tell: Tell): HandlerRouteEntry {
  return {
    ...FAL_HANDLER,
    path,
    method,
    app: ({ params }) => aliasOf(params['app'] ?? `${params['owner']}/${params['alias']}`),
    handle: (request) => {
      const { owner = '', alias = '', app = `${owner}/${alias}`, id = '' } = request.facts.params
      const known = findFalApp(app)
      const job = known && jobs.get(ownerAndAlias(known), id)
      return job ? tell(job, request) : unknownJob(id)
    },
  }
}

function baseOf({ facts }: RoutedRequest): string {
  return queueBase(originOf(facts.headers), facts.headers['host'])
}

function wantsLogs({ facts }: RoutedRequest): boolean {
  return ['1', 'true'].includes(facts.query.get('logs') ?? '')
}

const status: Tell = (job, request) =>
  json(statusCode(job), statusBody(job, baseOf(request), wantsLogs(request) ? 0 : undefined))

/** Every change of the status; the last event is COMPLETED, and then the stream ends. */
function statusStream(job: SubmittedJob, request: RoutedRequest, clock: Clock): StreamReply {
  const stream: StreamReply['stream'] = (out) => {
    const reader = new Reader(out, { clock, heartbeat: SSE_HEARTBEAT })
    let toldLogs = 0
    const tell = () => {
      const body = statusBody(job, baseOf(request), wantsLogs(request) ? toldLogs : undefined)
      toldLogs = job.logs.length
      reader.push({ kind: 'control', data: sseData(body) })
      if (job.status() === 'COMPLETED') reader.finish()
    }
    const unsubscribe = job.onChange(tell)
    tell()
    return {
      drain: () => reader.flush(),
      closed: () => {
        unsubscribe()
        reader.stop()
      },
    }
  }
  const headers = { ...SSE_HEADERS, 'x-fal-request-id': job.requestId }
  return { status: 200, headers, filler: SSE_HEARTBEAT.data, stream }
}
