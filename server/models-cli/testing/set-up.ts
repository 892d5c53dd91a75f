// A models folder of the test's own, a hub beside it, and the commands.
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import { toyFolder } from '../../engine/testing/models.ts'
import { Store } from '../../models/store.ts'
import { COMMANDS, type Context } from '../commands.ts'
import { createHub } from '../hub.ts'
import { REPOSITORY, startHub, type TestHub } from './hub.ts'

export const ID = 'toy'
export const UNET = 'unet/model.onnx'
const PLENTY = 1e12

export interface Setup extends AsyncDisposable {
  readonly root: string
  readonly hub: TestHub
  readonly printed: string[]
  readonly installed: string
  /** Cuts the next download of the U-Net when so many bytes are on the disk. */
  breakAfter(bytes: number): void
  run(command: string, id?: string, change?: Partial<Context>): Promise<void>
}

export async function setUp(place = tmpdir()): Promise<Setup> {
  const root = await mkdtemp(join(place, 'sketchwire-models-'))
  const hub = await startHub(toyFolder('lcm-optimum'))
  await writeCatalog(root)
  const printed: string[] = []
  const base = {
    store: new Store(root),
    hub: createHub({ url: hub.url, token: undefined }),
    signal: new AbortController().signal,
    write: (text: string) => void printed.push(text),
    print: (line: string) => void printed.push(line),
    isTerminal: false,
    nowMs: () => performance.now(),
    freeBytes: () => Promise.resolve(PLENTY),
    retryDelaysMs: [],
  }
  return {
    root,
    hub,
    printed,
    installed: join(root, 'models/installed'),
    breakAfter(after) {
      const part = join(root, 'models/installed', `.partial-${ID}`, `${UNET}.part`)
      const size = async () => (await stat(part).catch(() => undefined))?.size
      const arrived = async () => expect(await size()).toBe(after)
      hub.breaks.push({
        path: UNET,
        after,
        once: () => vi.waitFor(arrived, { timeout: 10_000, interval: 5 }),
      })
    },
    run: async (command, id, change) => COMMANDS[command]?.(id, { ...base, ...change }),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await rm(root, { recursive: true, force: true })
    },
  }
}

export const MAIN = fileURLToPath(new URL('../../../dist/server/models-cli/main.js', import.meta.url))

export const visible = async (dir: string) =>
  (await readdir(dir).catch(() => [])).filter((name) => !name.startsWith('.'))

async function writeCatalog(root: string): Promise<void> {
  await mkdir(join(root, 'models'))
  const entry = { id: ID, name: 'Toy', license: 'MIT', gigabytes: 0.1, needs: 'nothing', tried: true }
  const models = [{ ...entry, parts: [{ repository: REPOSITORY }] }]
  await writeFile(join(root, 'models/catalog.json'), JSON.stringify({ models }))
}
