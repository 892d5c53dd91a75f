// What AUTOMATIC1111's clients ask about the server, its model and a picture. Of all that only the model can be set.
import { A1111_FLAGS, A1111_NOTHING_TO_DO, a1111Memory } from '../../compat/a1111-courtesies.ts'
import {
  A1111_LISTS,
  a1111Lists,
  a1111Options,
  interrogate,
  pngInfo,
  sdModels,
} from '../../compat/a1111-lists.ts'
import { A1111_PICTURE_LIMIT_BYTES } from '../../compat/a1111.ts'
import { isRecord } from '../../compat/validation.ts'
import { readMemory } from '../../engine/memory.ts'
import type { Reply } from '../host.ts'
import { json } from '../replies.ts'
import type { HandlerRouteEntry, RouteContext, RoutedRequest } from '../route.ts'
import { bodyOf, get, post, postWords, refuseA1111 } from './a1111-entries.ts'
import { useCheckpoint } from './a1111-models.ts'

export function infoRoutes(context: RouteContext): HandlerRouteEntry[] {
  return [
    ...A1111_LISTS.map((name) => get(`/sdapi/v1/${name}`, () => json(200, a1111Lists(context.model)[name]))),
    get('/sdapi/v1/options', () => json(200, a1111Options(context.model))),
    post('/sdapi/v1/options', (request) => setOptions(request, context)),
    get('/sdapi/v1/sd-models', async () => json(200, sdModels(await context.models.list()))),
    get('/sdapi/v1/cmd-flags', () => json(200, A1111_FLAGS)),
    get('/sdapi/v1/memory', () => json(200, a1111Memory(readMemory()))),
    get('/internal/ping', () => json(200, {})),
    ...Object.entries(A1111_NOTHING_TO_DO).map(([name, body]) =>
      postWords(`/sdapi/v1/${name}`, () => json(200, body)),
    ),
    post('/sdapi/v1/interrogate', ({ body }) => refuseA1111(interrogate(bodyOf(body)))),
    post('/sdapi/v1/png-info', ({ body }) => readPicture(body), A1111_PICTURE_LIMIT_BYTES),
  ]
}

function readPicture(body: Uint8Array): Reply {
  const info = pngInfo(body)
  return info.ok ? json(200, info.body) : refuseA1111(info.error)
}

/** Nothing else here is changed for everybody by one client. */
async function setOptions({ body, identity }: RoutedRequest, { models }: RouteContext): Promise<Reply> {
  const options = bodyOf(body)
  if (!isRecord(options)) return refuseA1111({ code: 'not_json', message: 'The body must be a JSON object' })
  const asked = options['sd_model_checkpoint'] ?? undefined
  const error = asked === undefined ? undefined : await useCheckpoint(models, identity, asked)
  return error ? refuseA1111(error) : json(200, null)
}
