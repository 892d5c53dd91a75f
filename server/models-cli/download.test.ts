// A part that was left behind: of the whole file, of too much, of a file that changed.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { download } from './download.ts'
import { createHub, type RemoteFile } from './hub.ts'
import { REPOSITORY, startHub } from './testing/hub.ts'

const BYTES = Buffer.from('the whole of it')
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

interface Left {
  readonly bytes: Buffer
  readonly etag?: string
  /** As the hub tells of large files. */
  readonly isKnown?: boolean
}

async function downloadOver({ bytes, etag = `"${sha256(BYTES)}"`, isKnown = true }: Left) {
  const dir = await mkdtemp(join(tmpdir(), 'sketchwire-download-'))
  await using server = await startHub(dir)
  server.files.set('file', BYTES)
  const to = join(dir, 'file')
  await writeFile(`${to}.part`, bytes)
  await writeFile(`${to}.part.etag`, etag)
  const part = { repository: REPOSITORY, revision: 'main' }
  const digest = isKnown ? sha256(BYTES) : undefined
  const file: RemoteFile = { path: 'file', bytes: BYTES.length, sha256: digest, part }
  let counted = 0
  try {
    const found = await download(file, {
      hub: createHub({ url: server.url, token: undefined }),
      to,
      expectedSha256: undefined,
      signal: new AbortController().signal,
      onBytes: (more) => (counted += more),
      onHad: (more) => (counted += more),
      retryDelaysMs: [],
    })
    expect(found).toBe(sha256(BYTES))
    expect(await readFile(to)).toEqual(BYTES)
    expect([existsSync(`${to}.part`), existsSync(`${to}.part.etag`)]).toEqual([false, false])
    expect(counted).toBe(BYTES.length)
    return server.served
  } finally {
    await rm(dir, { recursive: true })
  }
}

describe('what an earlier run left of a file', () => {
  it('is the file where all of it is there: nothing is asked for', async () => {
    expect(await downloadOver({ bytes: BYTES })).toEqual([])
  })

  it('is begun anew where it is whole, but not known to be right', async () => {
    expect(await downloadOver({ bytes: BYTES, isKnown: false })).toEqual(['file 0'])
    expect(await downloadOver({ bytes: Buffer.alloc(BYTES.length, 1) })).toEqual(['file 0'])
  })

  it('is begun anew where it is more than the file', async () => {
    expect(await downloadOver({ bytes: Buffer.concat([BYTES, BYTES]) })).toEqual(['file 0'])
  })

  it('is continued where it is a part', async () => {
    expect(await downloadOver({ bytes: BYTES.subarray(0, 4) })).toEqual(['file 4'])
    expect(await downloadOver({ bytes: Buffer.from('of another'), etag: '"another"' })).toEqual(['file 0'])
  })
})

it('a file that the hub ends before what is here is begun anew', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sketchwire-hub-'))
  await using server = await startHub(dir)
  await rm(dir, { recursive: true })
  server.files.set('file', BYTES)
  const hub = createHub({ url: server.url, token: undefined })
  const part = { repository: REPOSITORY, revision: 'main' }
  const file: RemoteFile = { path: 'file', bytes: 99, sha256: undefined, part }
  const at = { from: BYTES.length, etag: `"${sha256(BYTES)}"` }
  const { from, body } = await hub.open(file, at, new AbortController().signal)
  expect(from).toBe(0)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  expect(Buffer.concat(chunks)).toEqual(BYTES)
  expect(server.served).toEqual([`file ${BYTES.length}`, 'file 0'])
})
