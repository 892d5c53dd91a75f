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
