// A model hub of a test's own: the listing, redirects, Range with If-Range, and every way of failing.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join, relative } from 'node:path'

export interface TestHub extends AsyncDisposable {
  readonly url: string
  /** Path of the repository to its bytes; a test may change them. */
  readonly files: Map<string, Buffer>
  /** Requests for files as "path from-byte", in order. */
  readonly served: string[]
  /** Cuts the connection after so many bytes of the named file, once per entry, as soon as `once` resolves. */
  readonly breaks: Break[]
  /** Answers every request with this status. */
  status: number | undefined
  /** Listed instead of the true size. */
  readonly sizes: Map<string, number>
}

export interface Break {
  readonly path: string
  readonly after: number
  readonly once: () => Promise<unknown>
}

export const REPOSITORY = 'someone/some-model'

export async function startHub(folder: string): Promise<TestHub> {
  const files = new Map<string, Buffer>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name)
      files.set(relative(folder, path).replaceAll('\\', '/'), await readFile(path))
    }
  const hub = {
    files,
    served: [] as string[],
    breaks: [] as TestHub['breaks'],
    status: undefined as number | undefined,
    sizes: new Map<string, number>(),
  }
  const server = createServer((request, response) => answer(hub, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return Object.assign(hub, {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  })
}

type State = Omit<TestHub, 'url' | typeof Symbol.asyncDispose>

function answer(hub: State, request: IncomingMessage, response: ServerResponse): void {
  const path = decodeURIComponent(request.url ?? '')
  if (hub.status !== undefined) return void response.writeHead(hub.status).end('no')
  const tree = `/api/models/${REPOSITORY}/tree/main`
  if (path.startsWith(tree)) return listing(hub, path, response)
  const resolve = `/${REPOSITORY}/resolve/main/`
  // The hub sends large files elsewhere.
  if (path.startsWith(resolve))
    return void response
      .writeHead(302, { location: `/cdn/${encodeURIComponent(path.slice(resolve.length))}` })
      .end()
  if (path.startsWith('/cdn/')) return file(hub, path.slice('/cdn/'.length), { request, response })
  response.writeHead(404).end('none')
}

/** In two pages, as the hub pages long listings. */
function listing(hub: State, path: string, response: ServerResponse): void {
  const all = [...hub.files].map(([name, bytes]) => {
    const size = hub.sizes.get(name) ?? bytes.length
    const lfs = name.endsWith('.onnx') ? { lfs: { oid: sha256(bytes), size, pointerSize: 130 } } : {}
    return { type: 'file', path: name, size, oid: '0', ...lfs }
  })
  const half = Math.ceil(all.length / 2)
  const isSecond = path.includes('cursor=')
  const link = {
    link: `<http://${response.req.headers.host}/api/models/${REPOSITORY}/tree/main?recursive=true&cursor=1>; rel="next"`,
  }
  response.writeHead(200, { 'content-type': 'application/json', ...(isSecond ? {} : link) })
  response.end(JSON.stringify(isSecond ? all.slice(half) : all.slice(0, half)))
}

function file(
  hub: State,
  name: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): void {
  const bytes = hub.files.get(name)
  if (bytes === undefined) return void response.writeHead(404).end('none')
  const etag = `"${sha256(bytes)}"`
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag
  const isPart = range !== undefined && isSame
  const from = isPart ? Number(range) : 0
  hub.served.push(`${name} ${from}`)
  // RFC 9110, 14.1.2 and 15.5.17: a range that begins at the end of the file or beyond cannot be satisfied.
  if (isPart && from >= bytes.length)
    return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
  const rest = bytes.subarray(from)
  const partial = isPart ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}
  response.writeHead(isPart ? 206 : 200, { etag, 'content-length': rest.length, ...partial })
  const cut = hub.breaks.findIndex(({ path }) => path === name)
  const [broken] = cut < 0 ? [] : hub.breaks.splice(cut, 1)
  if (broken === undefined) return void response.end(rest)
  response.write(rest.subarray(0, broken.after), () => void broken.once().finally(() => response.destroy()))
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
