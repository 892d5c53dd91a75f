import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Tiny real models written by models/golden/make_toy_model.py. The fixtures are read where they are, not from dist. */
const here = new URL(import.meta.url.replace(/\/dist\/server\//, '/server/'))

/** As models/pocket: bytes, concatenated image latents, predicts the sample, guidance embedding, external weights. */
export const TOY_MODEL = fileURLToPath(new URL('./toy-model', here))
/** As exports of SD1.5: floats, scalar int64 timestep, int32 ids, epsilon, symbolic sides, no guidance embedding. */
export const TOY_MODEL_PLAIN = fileURLToPath(new URL('./toy-model-plain', here))
export const POCKET_MODEL = fileURLToPath(new URL('../../../models/pocket', here))

export interface ModelCopy extends AsyncDisposable {
  readonly dir: string
  /** Rewrites the manifest. */
  edit(change: (manifest: Record<string, object>) => unknown): Promise<void>
}

/** A copy of a model folder that a test may break. */
export async function copyModel(source: string): Promise<ModelCopy> {
  const dir = await mkdtemp(join(tmpdir(), 'sketchwire-model-'))
  await cp(source, dir, { recursive: true })
  const path = join(dir, 'manifest.json')
  return {
    dir,
    async edit(change) {
      const manifest: unknown = change(JSON.parse(await readFile(path, 'utf8')))
      await writeFile(path, JSON.stringify(manifest))
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

/** Tiny folders in diffusers' ONNX layout, written by models/golden/make_toy_folders.py, by name. */
export const TOY_FOLDERS = ['lcm-optimum', 'lcm-lora-old', 'sd-turbo-half', 'sdxl-lcm', 'sdxl-turbo'] as const
export const toyFolder = (name: (typeof TOY_FOLDERS)[number]): string =>
  fileURLToPath(new URL(`./folders/${name}`, here))

export interface FolderCopy extends AsyncDisposable {
  readonly dir: string
  /** Changes fields of one of its JSON files. */
  edit(file: string, change: Record<string, unknown>): Promise<void>
}

/** A copy of any model folder that a test may break. */
export async function copyModelFolder(source: string): Promise<FolderCopy> {
  const dir = await mkdtemp(join(tmpdir(), 'sketchwire-folder-'))
  await cp(source, dir, { recursive: true })
  return {
    dir,
    async edit(file, change) {
      const json: unknown = JSON.parse(await readFile(join(dir, file), 'utf8'))
      await writeFile(join(dir, file), JSON.stringify(Object.assign({}, json, change)))
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}
