import * as v from 'valibot'
import { TOKEN_LIFE_SECONDS } from '../../auth/tokens.ts'
import { filePath, UPLOAD_LIMIT_BYTES } from '../../compat/fal-files.ts'
import type { FalFiles } from '../../compat/fal-files.ts'
import { originOf } from '../../compat/fal-hosts.ts'
import { isRecord, parseJson } from '../../compat/validation.ts'
import type { WireError } from '../../../lib/protocol/errors.ts'
import { json } from '../replies.ts'
import { ANY_APP } from '../route.ts'
import type { HandlerRouteEntry, RouteContext, RoutedRequest, RouteEntry } from '../route.ts'
import { FAL_HANDLER, falRefusal, onlyKeys } from './fal-replies.ts'

/**
 * Clients up to 0.12 turn every data URI of a request into an upload, and all of them upload Blobs: announce, PUT, and
 * the request carries the address. The addresses need no key, like a CDN's: they are unguessable and short-lived.
 * Python's client asks for a token first and then posts the bytes to the CDN itself.
 */
export function storageRoutes(context: RouteContext, files: FalFiles): RouteEntry[] {
  return [
    post('/storage/upload/initiate', (request) => announce(files, request)),
    {
      ...FAL_HANDLER,
      path: '/storage/upload/:id',
      method: 'PUT',
      auth: 'open',
      // A stranger who was promised no place fills none.
      bodyLimitBytes: ({ params }) =>
        files.awaits(params['id'] ?? '') ? UPLOAD_LIMIT_BYTES : FAL_HANDLER.bodyLimitBytes,
      handle: ({ facts, body }) => {
        if (files.fill(facts.params['id'] ?? '', body)) return json(200, {})
        return falRefusal({ code: 'not_found', message: 'No upload waits here; announce it again first' })
      },
    },
    // No `app`: a token for one app makes no tokens.
    {
      ...FAL_HANDLER,
      path: '/storage/auth/token',
      method: 'POST',
      handle: (request) => uploadToken(context, request),
    },
    { ...post('/files/upload', (request) => take(files, request)), bodyLimitBytes: UPLOAD_LIMIT_BYTES },
    post('/files/upload/multipart', () => falRefusal(TOO_LARGE)),
    post('/storage/upload/initiate-multipart', () => falRefusal(TOO_LARGE)),
    {
      ...FAL_HANDLER,
      path: '/files/:id/:name',
      method: 'GET',
      auth: 'open',
      handle: ({ facts }) => serve(files, facts.params['id'] ?? ''),
    },
  ]
}

/** Open to tokens of every app: what is uploaded is for one of them. */
function post(path: string, handle: HandlerRouteEntry['handle']): HandlerRouteEntry {
  return { ...FAL_HANDLER, path, method: 'POST', app: ANY_APP, handle }
}

const Announcement = v.object({
  file_name: v.optional(v.string(), 'file'),
  content_type: v.optional(v.string()),
})

function announce(files: FalFiles, { body, facts }: RoutedRequest) {
  const parsed = parseJson(new TextDecoder().decode(body))
  const wanted = v.safeParse(Announcement, parsed.ok && isRecord(parsed.value) ? parsed.value : undefined)
  if (!wanted.success) {
    const message = 'An upload is announced with {"file_name": text, "content_type": text}'
    return falRefusal({ code: 'invalid_message', message, field: 'body' })
  }
  const id = files.announce()
  const origin = originOf(facts.headers)
  return json(200, {
    file_url: `${origin}${filePath(id, wanted.output.file_name)}`,
    upload_url: `${origin}/storage/upload/${id}`,
  })
}

/** Clients cut what is larger than 90 MB into parts. */
const TOO_LARGE: WireError = {
  code: 'message_too_large',
  message: `An upload has at most ${UPLOAD_LIMIT_BYTES} bytes here; send a smaller or more compressed picture`,
  range: `0..${UPLOAD_LIMIT_BYTES} bytes`,
}

/** Good for uploads and nothing else. */
const UPLOADS_ONLY = ['storage']

async function uploadToken({ auth }: RouteContext, { facts, identity }: RoutedRequest) {
  const refusal = onlyKeys(identity)
  if (refusal) return refusal
  const grant = { lifeSeconds: TOKEN_LIFE_SECONDS.most, apps: UPLOADS_ONLY, origins: [] }
  const { token, expiresAtMs } = await auth.tokens.issue(grant)
  return json(200, {
    token,
    token_type: 'Bearer',
    base_url: originOf(facts.headers),
    // Python before 3.11 reads no Z.
    expires_at: new Date(expiresAtMs).toISOString().replace('Z', '+00:00'),
  })
}

function take(files: FalFiles, { body, facts }: RoutedRequest) {
  const name = facts.headers['x-fal-file-name'] ?? 'file'
  return json(200, { access_url: `${originOf(facts.headers)}${filePath(files.put(body), name)}` })
}

function serve(files: FalFiles, id: string) {
  const file = files.get(id)
  if (!file) return falRefusal({ code: 'not_found', message: 'This file is not here, or no longer' })
  const isImage = file.contentType.startsWith('image/')
  const headers = {
    'content-type': file.contentType,
    'cache-control': 'private, max-age=600, immutable',
    'x-content-type-options': 'nosniff',
    ...(isImage ? {} : { 'content-disposition': 'attachment' }),
  }
  return { status: 200, headers, body: file.bytes }
}
