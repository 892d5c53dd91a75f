import {
  A1111_LISTS,
  a1111Lists,
  a1111Options,
  checkOptions,
  interrogate,
  pngInfo,
} from '../../compat/a1111-lists.ts'
import {
  INTERNAL_WANT,
  internalProgressBody,
  PROGRESS_WANT,
  progressBody,
} from '../../compat/a1111-progress.ts'
import type { ProgressNow, TaskState } from '../../compat/a1111-progress.ts'
import { A1111_DOOR, a1111Error, a1111Status, img2img, txt2img } from '../../compat/a1111.ts'
import type { OnceDialect } from '../../compat/dialect.ts'
import { isRecord, parseJson } from '../../compat/validation.ts'
import type { WireError } from '../../../lib/protocol/errors.ts'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../../lib/protocol/version.ts'
import type { Reply } from '../host.ts'
import { PreviewLeases } from '../preview-leases.ts'
import { json } from '../replies.ts'
import type { HandlerRouteEntry, RouteContext, RoutedRequest, RouteModule } from '../route.ts'
import { TaskBook } from '../task-book.ts'

/** AUTOMATIC1111's API and what SD.Next's pages ask beside it. */
export const a1111Routes: RouteModule = (context) => {
  const shared: Shared = {
    context,
    leases: new PreviewLeases(context.registry, context.clock),
    tasks: new TaskBook(),
  }
  const { registry } = context
  const lists = A1111_LISTS.map((name) =>
    get(`/sdapi/v1/${name}`, () => json(200, a1111Lists(context.model)[name])),
  )
  return [
    ...lists,
    post('/sdapi/v1/txt2img', (request) => paint(txt2img, request, shared)),
    post('/sdapi/v1/img2img', (request) => paint(img2img, request, shared)),
    get('/sdapi/v1/progress', (request) => progress(request, shared)),
    post('/internal/progress', (request) => internalProgress(request, shared)),
    get('/internal/ping', () => json(200, {})),
    get('/internal/pending-tasks', ({ identity }) => {
      const { waiting, running } = registry.load(identity.caller, A1111_DOOR)
      return json(200, { size: waiting + running, tasks: [] })
    }),
    post('/sdapi/v1/interrupt', ({ identity }) => {
      registry.cancelAll(identity.caller, A1111_DOOR)
      return json(200, {})
    }),
    post('/sdapi/v1/skip', ({ identity }) => {
      registry.interrupt(identity.caller, A1111_DOOR)
      return json(200, null)
    }),
    ...infoRoutes(context),
  ]
}

/** What is asked about the model and about pictures, and changes nothing. */
function infoRoutes(context: RouteContext): HandlerRouteEntry[] {
  return [
    get('/sdapi/v1/options', () => json(200, a1111Options(context.model))),
    post('/sdapi/v1/options', ({ body }) => {
      const error = checkOptions(bodyOf(body), context.model)
      return error ? refuse(error) : json(200, null)
    }),
    post('/sdapi/v1/interrogate', ({ body }) => refuse(interrogate(bodyOf(body)))),
    post('/sdapi/v1/png-info', ({ body }) => {
      const info = pngInfo(body)
      return info.ok ? json(200, info.body) : refuse(info.error)
    }),
  ]
}

interface Shared {
  readonly context: RouteContext
  readonly leases: PreviewLeases
  readonly tasks: TaskBook
}

type Handle = HandlerRouteEntry['handle']

function get(path: string, handle: Handle): HandlerRouteEntry {
  return { path, method: 'GET', auth: 'key', cors: true, bodyLimitBytes: 64 * 1024, refuse, handle }
}

function post(path: string, handle: Handle): HandlerRouteEntry {
  return {
    path,
    method: 'POST',
    auth: 'key',
    cors: true,
    bodyLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
    refuse,
    handle,
  }
}

function refuse(error: WireError): Reply {
  return json(a1111Status(error), a1111Error(error))
}

function bodyOf(body: Uint8Array): unknown {
  const parsed = parseJson(new TextDecoder().decode(body))
  return parsed.ok ? parsed.value : undefined
}

async function paint(
  dialect: OnceDialect,
  request: RoutedRequest,
  { context, tasks }: Shared,
): Promise<Reply> {
  const { body, facts, identity, signal } = request
  const { caller } = identity
  const task = context.start(dialect, { caller, body, facts, signal })
  const name = taskName(body)
  if (name !== undefined) tasks.note(caller, name, task)
  return await task.answer
}

/** The client's own name for its request; a body without one is not parsed twice. */
function taskName(body: Uint8Array): string | undefined {
  if (!Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes('"force_task_id"'))
    return undefined
  const parsed = bodyOf(body)
  const name = isRecord(parsed) ? parsed['force_task_id'] : undefined
  return typeof name === 'string' && name.length <= 200 ? name : undefined
}

/** Of this API's own jobs the newest if it runs, else the caller's newest of any door: its canvas, say. */
function nowOf({ registry, clock }: RouteContext, caller: string): ProgressNow {
  const own = registry.latest(caller, A1111_DOOR)
  const trace = own && own.end === undefined ? own : (registry.latest(caller) ?? own)
  return { trace, load: registry.load(caller), nowMs: clock.now() }
}

function progress({ identity, facts }: RoutedRequest, { context, leases }: Shared): Reply {
  const skip = facts.query.get('skip_current_image')?.toLowerCase()
  const showsImage = skip !== 'true' && skip !== '1'
  if (showsImage) leases.look(identity.caller, '/sdapi/v1/progress', PROGRESS_WANT)
  return json(200, progressBody(nowOf(context, identity.caller), showsImage))
}

function internalProgress({ identity, body }: RoutedRequest, { context, leases, tasks }: Shared): Reply {
  const parsed = bodyOf(body)
  if (!isRecord(parsed)) return refuse({ code: 'not_json', message: 'The body must be a JSON object' })
  const { caller } = identity
  const page = typeof parsed['id_task'] === 'string' ? parsed['id_task'].slice(0, 200) : 'undefined'
  const id = typeof parsed['id_live_preview'] === 'number' ? parsed['id_live_preview'] : -1
  // A1111's page asks twice, for words and for pictures: the one who wants no picture does not hide the other's.
  const wantsWords = parsed['live_preview'] === false
  const since = wantsWords ? -1 : id
  // A hidden page says -1: nothing is decoded or encoded for it, whatever others see.
  if (since >= 0) leases.look(caller, page, INTERNAL_WANT)
  else if (!wantsWords) leases.hide(caller, page)
  const now = nowOf(context, caller)
  return json(200, internalProgressBody(now, tasks.stateOf(caller, page) ?? stateOf(now), since))
}

/** Of a task this server did not get by name: the page asks about whatever runs, and sees for itself when it ended. */
function stateOf({ load }: ProgressNow): TaskState {
  const active = load.running > 0
  return { active, queued: !active && load.waiting > 0, completed: false }
}
