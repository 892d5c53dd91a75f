import * as v from 'valibot'
import { filePath } from '../../compat/fal-files.ts'
import type { FalFiles } from '../../compat/fal-files.ts'
import { originOf } from '../../compat/fal-hosts.ts'
import { isRecord, parseJson } from '../../compat/validation.ts'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../../lib/protocol/version.ts'
import { json } from '../replies.ts'
import { ANY_APP } from '../route.ts'
import type { RoutedRequest, RouteEntry } from '../route.ts'
import { FAL_HANDLER, falRefusal } from './fal-replies.ts'

/**
 * Clients up to 0.12 turn every data URI of a request into an upload, and all of them upload Blobs: announce, PUT, and
 * the request carries the address. The addresses need no key, like a CDN's: they are unguessable and short-lived.
 */
export function storageRoutes(files: FalFiles): RouteEntry[] {
  return [
    {
      ...FAL_HANDLER,
      path: '/storage/upload/initiate',
      method: 'POST',
      app: ANY_APP,
      handle: (request) => announce(files, request),
    },
    {
      ...FAL_HANDLER,
      path: '/storage/upload/:id',
      method: 'PUT',
      auth: 'open',
      bodyLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
      handle: ({ facts, body }) => {
        if (files.fill(facts.params['id'] ?? '', body)) return json(200, {})
        return falRefusal({ code: 'not_found', message: 'No upload waits here; announce it again first' })
      },
    },
    {
      ...FAL_HANDLER,
      path: '/files/:id/:name',
      method: 'GET',
      auth: 'open',
      handle: ({ facts }) => serve(files, facts.params['id'] ?? ''),
    },
  ]
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
