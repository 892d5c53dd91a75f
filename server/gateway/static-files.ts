import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { embedFacts, frameAncestors, headersForOthers, refuseFraming } from './embedding.ts'
import type { Reply, RequestHead } from './host.ts'
import type { OriginRule } from './origin.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}
const COMPRESSIBLE = /^(text\/|application\/(json|manifest)|image\/svg)/
const FOR_EVER = 'public, max-age=31536000, immutable'
/** Of tldraw's own files, which keep their names from version to version; the page asks for them as `?v=<version>`. */
const TLDRAW = '/tldraw-assets/'
/** Below this a compressed answer saves nothing. */
const MIN_COMPRESSED_BYTES = 1024
/** Close to the best ratio at a tenth of its time: files are compressed while someone waits for them. */
const BROTLI_QUALITY = 5

type Encoding = 'br' | 'gzip'

interface StaticFile {
  readonly bytes: Buffer
  readonly type: string
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
  /** Compressed on first demand, once. */
  readonly compressed: Map<Encoding, Promise<Buffer>>
}

/**
 * The exported pages, read into memory at start. A request picks a key of this map, so there is no path to escape
 * from and nothing on disk that a request can reach.
 */
export class StaticFiles {
  readonly #files = new Map<string, StaticFile>()

  readonly #embedders: OriginRule

  /** @param embedders whose pages may frame `/embed`; nobody else's may frame any page. */
  constructor(directory: string, embedders: OriginRule = { allowed: [], loopbackOnly: false }) {
    this.#embedders = embedders
    if (!existsSync(directory)) return
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const key = `/${relative(directory, path).split(sep).join('/')}`
      this.#files.set(key, load(key, readFileSync(path), embedders))
    }
  }

  get size(): number {
    return this.#files.size
  }

  /** The file, the page of that name, or `undefined`. Only for GET and HEAD. */
  async respond(head: RequestHead): Promise<Reply | undefined> {
    const special = embedFacts(head, this.#embedders) ?? refuseFraming(head, this.#embedders)
    if (special) return special
    const file = this.#find(head.path)
    if (!file) return undefined
    const reply = await answer(file, head, 200)
    if (!this.#isVersioned(head)) return reply
    return { ...reply, headers: { ...reply.headers, 'cache-control': FOR_EVER } }
  }

  /** Another version than the one that is here may be asked for by a page from before an update. */
  #isVersioned({ path, query }: RequestHead): boolean {
    const version = this.#files.get(`${TLDRAW}version.txt`)?.bytes.toString('utf8')
    return path.startsWith(TLDRAW) && version !== undefined && query === `v=${version}`
  }

  async notFound(head: RequestHead): Promise<Reply> {
    const page = this.#files.get('/404.html')
    if (page) return await answer(page, head, 404)
    const body =
      this.size > 0 ? 'No such page.' : 'The pages are not built. Run "npm run build:app" and restart.'
    return {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8', ...SECURITY_HEADERS },
      body,
    }
  }

  #find(encodedPath: string): StaticFile | undefined {
    const path = decodePath(encodedPath)
    if (path === undefined) return undefined
    const bare = path.replace(/\/+$/, '')
    return this.#files.get(path) ?? this.#files.get(`${bare}/index.html`) ?? this.#files.get(`${bare}.html`)
  }
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

function load(key: string, bytes: Buffer, embedders: OriginRule): StaticFile {
  const type = TYPES[extname(key).toLowerCase()] ?? 'application/octet-stream'
  const immutable = key.startsWith('/_next/static/')
  const headers: Record<string, string> = {
    'content-type': type,
    'cache-control': immutable ? FOR_EVER : 'no-cache',
    ...SECURITY_HEADERS,
    ...headersForOthers(key),
  }
  if (type.startsWith('text/html'))
    headers['content-security-policy'] = contentSecurityPolicy(
      bytes.toString('utf8'),
      frameAncestors(key, embedders),
    )
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  return { bytes, type, etag, headers, compressed: new Map() }
}

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

/**
 * What a page may load: only from here. Its inline scripts, which Next writes into the export, are named by hash.
 * tldraw sets inline styles, draws images from blobs and data URIs, and fetches the fonts it embeds from such.
 */
export function contentSecurityPolicy(html: string, ancestors = "'self'"): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    (match) =>
      `'sha256-${createHash('sha256')
        .update(match[1] ?? '')
        .digest('base64')}'`,
  )
  return [
    "default-src 'self'",
    ["script-src 'self'", ...new Set(hashes)].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data: blob:",
    "connect-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    `frame-ancestors ${ancestors}`,
  ].join('; ')
}

async function answer(file: StaticFile, head: RequestHead, status: number): Promise<Reply> {
  const encoding = chooseEncoding(file, head.headers['accept-encoding'] ?? '')
  const etag = encoding ? file.etag.replace(/"$/, `-${encoding}"`) : file.etag
  const headers = { ...file.headers, etag, vary: 'accept-encoding' }
  if (status === 200 && matches(head.headers['if-none-match'], etag))
    return { status: 304, headers, body: '' }
  if (!encoding) return { status, headers, body: file.bytes }
  return {
    status,
    headers: { ...headers, 'content-encoding': encoding },
    body: await compressed(file, encoding),
  }
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) ?? false
}

function chooseEncoding(file: StaticFile, accepted: string): Encoding | undefined {
  if (file.bytes.length < MIN_COMPRESSED_BYTES || !COMPRESSIBLE.test(file.type)) return undefined
  const names = accepted.split(',').filter((one) => !/;\s*q=0(\.0+)?\s*$/.test(one))
  const has = (name: string) => names.some((one) => one.split(';')[0]?.trim() === name)
  return has('br') ? 'br' : has('gzip') ? 'gzip' : undefined
}

const brotliAsync = promisify(brotliCompress)
const gzipAsync = promisify(gzip)

function compressed(file: StaticFile, encoding: Encoding): Promise<Buffer> {
  const known = file.compressed.get(encoding)
  if (known) return known
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY }
  const made = encoding === 'br' ? brotliAsync(file.bytes, { params }) : gzipAsync(file.bytes)
  file.compressed.set(encoding, made)
  return made
}
