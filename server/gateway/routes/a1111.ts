import {
  INTERNAL_WANT,
  internalProgressBody,
  PROGRESS_WANT,
  progressBody,
} from '../../compat/a1111-progress.ts'
import type { ProgressNow, TaskState } from '../../compat/a1111-progress.ts'
import { A1111_DOOR, A1111_PICTURE_LIMIT_BYTES, img2img, readA1111, txt2img } from '../../compat/a1111.ts'
import type { OnceDialect } from '../../compat/dialect.ts'
import { isRecord } from '../../compat/validation.ts'
import type { ParsedJson } from '../../compat/validation.ts'
import type { WireError } from '../../../lib/protocol/errors.ts'
import type { Reply } from '../host.ts'
import { PreviewLeases } from '../preview-leases.ts'
import { json } from '../replies.ts'
import type { HandlerRouteEntry, RouteContext, RoutedRequest, RouteModule } from '../route.ts'
import { TaskBook } from '../task-book.ts'
import { Bodies } from './a1111-bodies.ts'
import { bodyOf, get, inBothSpellings, post, refuseA1111 } from './a1111-entries.ts'
import { extrasRoutes } from './a1111-extras.ts'
import { infoRoutes } from './a1111-info.ts'
import { OpenTasks } from './a1111-interrupt.ts'
import { loginRoutes } from './a1111-login.ts'
import { CheckpointTurns, overrideOf } from './a1111-models.ts'
import type { Override } from './a1111-models.ts'

/** AUTOMATIC1111's API and what SD.Next's pages ask beside it. */
export const a1111Routes: RouteModule = (context) => {
  const shared: Shared = {
    context,
    leases: new PreviewLeases(context.registry, context.clock, (caller) => watchedBy(caller, context)),
    tasks: new TaskBook(),
    open: new OpenTasks(),
    turns: new CheckpointTurns({ models: context.models, onFailure: context.onBug }),
    bodies: new Bodies(),
  }
  const others = [...infoRoutes(context), ...extrasRoutes(shared.bodies), ...loginRoutes(context)]
  return inBothSpellings([...paintRoutes(shared), ...others])
}

function paintRoutes(shared: Shared): HandlerRouteEntry[] {
  const { registry } = shared.context
  return [
    post('/sdapi/v1/txt2img', (request) => paint(txt2img, request, shared)),
    post('/sdapi/v1/img2img', (request) => paint(img2img, request, shared), A1111_PICTURE_LIMIT_BYTES),
    get('/sdapi/v1/progress', (request) => progress(request, shared)),
    post('/internal/progress', (request) => internalProgress(request, shared)),
    get('/internal/pending-tasks', ({ identity }) => {
      const tasks = shared.tasks.waiting(identity.caller)
      return json(200, { size: tasks.length, tasks })
    }),
    post('/sdapi/v1/interrupt', ({ identity }) => {
      // Those that wait for their model come after what is painted or waits to be.
      if (!shared.open.interrupt(identity.caller)) shared.tasks.cancelExpected(identity.caller)
      return json(200, {})
    }),
    post('/sdapi/v1/skip', ({ identity }) => {
      registry.interrupt(identity.caller, A1111_DOOR)
      return json(200, null)
    }),
  ]
}

interface Shared {
  readonly context: RouteContext
  readonly leases: PreviewLeases
  readonly tasks: TaskBook
  readonly open: OpenTasks
  readonly turns: CheckpointTurns
  readonly bodies: Bodies
}

async function paint(dialect: OnceDialect, request: RoutedRequest, shared: Shared): Promise<Reply> {
  return await shared.bodies.hold(request, () => paintOnModel(dialect, request, shared))
}

/** Bodies hold pictures: one is read once, for all that is to be known of it. */
function paintOnModel(dialect: OnceDialect, request: RoutedRequest, shared: Shared): Promise<Reply> {
  const read = readA1111(request.body)
  const override = read.ok ? overrideOf(read.value) : undefined
  if (override === undefined && !shared.turns.isRestoring) return begin(dialect, { request, read }, shared)
  return paintInTurn(dialect, request, { shared, override, name: taskName(read) })
}

interface InTurn {
  readonly shared: Shared
  readonly override: Override | undefined
  readonly name: string | undefined
}

async function paintInTurn(
  dialect: OnceDialect,
  request: RoutedRequest,
  { shared, override, name = `task(${shared.context.newId()})` }: InTurn,
): Promise<Reply> {
  const { identity, signal } = request
  // A page that asks by its own name hears that it waits, as long as the model is being loaded.
  const expected = shared.tasks.expect(identity.caller, name)
  const isWanted = () => !signal.aborted && !expected.cancelled
  const paintNow = async () => {
    expected.forget()
    if (!isWanted()) return refuseA1111(INTERRUPTED)
    // Read again after the wait for its model: until then there is but the body, for which its room is counted.
    return await begin(dialect, { request, read: readA1111(request.body) }, shared)
  }
  try {
    const painted = await shared.turns.take(override, { identity, isWanted, paint: paintNow })
    return 'code' in painted ? refuseA1111(painted) : painted
  } finally {
    expected.forget()
  }
}

const INTERRUPTED: WireError = { code: 'cancelled', message: 'Interrupted by its caller' }

interface ReadRequest {
  readonly request: RoutedRequest
  readonly read: ParsedJson
}

/** Not `async`: nobody holds what was read while its pictures are painted. */
function begin(
  dialect: OnceDialect,
  { request, read }: ReadRequest,
  { context, tasks, open }: Shared,
): Promise<Reply> {
  const { body, facts, identity, signal } = request
  const { caller } = identity
  const task = context.start(dialect, { caller, body, read, facts, signal })
  tasks.note(caller, taskName(read), task, dialect === img2img ? 'img2img' : 'txt2img')
  open.add(caller, task)
  return task.answer
}

/** The client's own name for its request. */
function taskName(read: ParsedJson): string | undefined {
  const name = read.ok && isRecord(read.value) ? read.value['force_task_id'] : undefined
  return typeof name === 'string' && name.length <= 200 ? name : undefined
}

/** This API's own pictures; of a caller who is one person those of any door: of its canvas, say. */
function watchedBy(caller: string, { mayWatchAll }: RouteContext): string | undefined {
  return mayWatchAll(caller) ? undefined : A1111_DOOR
}

/** The request of this API that runs, all its pictures; else the caller's newest picture of the doors it may watch. */
function nowOf({ context, tasks }: Shared, caller: string): ProgressNow {
  const { registry, clock } = context
  const nowMs = clock.now()
  const own = tasks.running(caller)
  if (own) {
    const { count, startedMs = nowMs } = own.task
    const trace = registry.latest(caller, A1111_DOOR)
    return { trace, running: { name: own.name, kind: own.kind, ...count, startedMs }, nowMs }
  }
  const door = watchedBy(caller, context)
  const trace = registry.latest(caller, door)
  if (trace?.end !== undefined || registry.load(caller, door).running === 0)
    return { trace, running: undefined, nowMs }
  const startedMs = trace?.startedMs ?? nowMs
  const running = { name: null, kind: 'txt2img', pictures: 1, ended: 0, startedMs } as const
  return { trace, running, nowMs }
}

function progress({ identity, facts }: RoutedRequest, shared: Shared): Reply {
  const { leases } = shared
  const skip = facts.query.get('skip_current_image')?.toLowerCase()
  const showsImage = skip !== 'true' && skip !== '1'
  if (showsImage) leases.look(identity.caller, '/sdapi/v1/progress', PROGRESS_WANT)
  return json(200, progressBody(nowOf(shared, identity.caller), showsImage))
}

function internalProgress({ identity, body }: RoutedRequest, shared: Shared): Reply {
  const { context, leases, tasks } = shared
  const parsed = bodyOf(body)
  if (!isRecord(parsed)) return refuseA1111({ code: 'not_json', message: 'The body must be a JSON object' })
  const { caller } = identity
  const page = typeof parsed['id_task'] === 'string' ? parsed['id_task'].slice(0, 200) : 'undefined'
  const id = typeof parsed['id_live_preview'] === 'number' ? parsed['id_live_preview'] : -1
  // A1111's page asks twice, for words and for pictures: the one who wants no picture does not hide the other's.
  const wantsWords = parsed['live_preview'] === false
  const since = wantsWords ? -1 : id
  // A hidden page says -1: nothing is decoded or encoded for it, whatever others see.
  if (since >= 0) leases.look(caller, page, INTERNAL_WANT)
  else if (!wantsWords) leases.hide(caller, page)
  const known = tasks.stateOf(caller, page)
  const now = nowOf(shared, caller)
  // One that waits has nothing of what is being painted for another.
  const own = known && !known.active ? { ...now, running: undefined } : now
  const { waiting } = context.registry.load(caller, watchedBy(caller, context))
  return json(200, internalProgressBody(own, known ?? stateOf(now, waiting), since))
}

/** Of a task this server did not get by name: the page asks about whatever runs, and sees for itself when it ended. */
function stateOf({ running }: ProgressNow, waiting: number): TaskState {
  const active = running !== undefined
  return { active, queued: !active && waiting > 0, completed: false }
}
