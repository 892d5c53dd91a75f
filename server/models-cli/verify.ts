// `npm run models -- verify`: every file that was recorded, and every file the model is made of, against what is known
// of it. What nothing is known of is not called unchanged.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import type { InstallRecord } from '../engine/folder/config-files.ts'
import { MANIFEST_FILE } from '../engine/manifest.ts'
import { manifestFiles } from '../engine/manifest-files.ts'
import { verifyFiles } from '../engine/verify-files.ts'
import { readModelFolder } from '../engine/model-folder.ts'
import { BUNDLED, type Store } from '../models/store.ts'
import { hashOf } from './download.ts'
import { readCatalog } from './catalog.ts'
import { notInstalled } from './not-installed.ts'

interface Verdict {
  readonly isGood: boolean
  readonly words: string
}

/** @throws AppError `model_wrong_hash` when one of them cannot be trusted; the lines before say why. */
export async function verify(
  id: string | undefined,
  store: Store,
  print: (line: string) => void,
): Promise<void> {
  const broken: string[] = []
  for (const one of id === undefined ? [BUNDLED, ...(await store.ids())] : [id]) {
    const { isGood, words } = await verdictOf(one, store)
    if (!isGood) broken.push(one)
    print(`${one}: ${words}`)
  }
  const [first] = broken
  if (first === undefined) return
  const remedy =
    first === BUNDLED
      ? `restore it: git checkout models/${BUNDLED}`
      : `remove and add again: npm run models -- remove ${first}`
  throw new AppError('model_wrong_hash', `${broken.join(', ')} cannot be trusted; ${remedy}`)
}

async function verdictOf(id: string, store: Store): Promise<Verdict> {
  // The bundled one is always asked for: that it is not there is found about it, and `add` cannot bring it back.
  if (id !== BUNDLED && !store.has(id)) throw notInstalled(id, await readCatalog(store.root))
  const dir = store.folderOf(id)
  try {
    const gone = await store.goneTarget(id)
    if (gone !== undefined) return { isGood: false, words: `it is a link to ${gone}, which is gone` }
    const record = await store.record(id)
    const { manifest, isSealed } = await readModelFolder(dir)
    if (record !== undefined) return ofProblems(await problemsOf(dir, record, manifestFiles(manifest)))
    await verifyFiles(dir, manifest, { hashes: isSealed })
    const words = isSealed ? `every file is as ${MANIFEST_FILE} says` : NOTHING_TO_COMPARE
    return { isGood: true, words }
  } catch (error) {
    if (error instanceof AppError) return { isGood: false, words: error.message }
    // Of the system, about one file: no reason to say nothing of the models that come after.
    if (error instanceof Error && 'code' in error)
      return {
        isGood: false,
        words: `it cannot be read (${error.message}); check the files' rights and the disk`,
      }
    throw error
  }
}

const NOTHING_TO_COMPARE = `every file it is made of is there, but nothing to compare them with: a linked folder without ${MANIFEST_FILE}`

function ofProblems(problems: readonly string[]): Verdict {
  const isGood = problems.length === 0
  return { isGood, words: isGood ? 'every file is as it was installed' : problems.join('; ') }
}

async function problemsOf(
  dir: string,
  { files }: InstallRecord,
  named: readonly string[],
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const file of new Set([...named, ...Object.keys(files)])) {
    const problem = await problemOf(join(dir, file), files[file])
    if (problem !== undefined) problems.push(`${file} ${problem}`)
  }
  return problems
}

async function problemOf(
  path: string,
  known: InstallRecord['files'][string] | undefined,
): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 'is missing'
  if (known === undefined) return 'was not there when it was installed'
  const isSame = found.size === known.bytes && (await hashOf(path, known.bytes)) === known.sha256
  return isSame ? undefined : 'changed'
}
