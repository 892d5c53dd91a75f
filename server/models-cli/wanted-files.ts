// Which files of an entry's repositories are downloaded, decided from their lists; what plainly is no model for this
// engine is refused before any of it is on the disk.
import { AppError } from '../../lib/std/errors.ts'
import { GRAPHS } from '../engine/folder/diffusers-folder.ts'
import { MANIFEST_FILE } from '../engine/manifest.ts'
import { manifestFiles } from '../engine/manifest-files.ts'
import { readModelFolder } from '../engine/model-folder.ts'
import type { CatalogEntry } from './catalog.ts'
import type { RemoteFile } from './hub.ts'

/** diffusers' folders, and what describes the model in them: the graphs that are opened, and small files. */
const FOLDERS =
  /^(unet|text_encoder|text_encoder_2|vae_encoder|vae_decoder|vae|scheduler|tokenizer|tokenizer_2)\/[^/]+$/
const SMALL = /\.(json|txt)$/
const OPENED: ReadonlySet<string> = new Set(Object.values(GRAPHS))
const OTHER = /\.(safetensors|bin|msgpack|h5|ckpt|pt|pth|xml|md|png|jpg|pb\.txt)$|\.fp16\.|_pytorch_/

export interface FoundFiles {
  /** All that the entry may take, by path; of two the first part's. */
  readonly offered: ReadonlyMap<string, RemoteFile>
  /** Those that tell what the model is made of, small ones first: what is wrong with a model shows in them. */
  readonly describing: readonly RemoteFile[]
  /** What these may name, as far as names tell: for the disk's room and the line that moves, not to be downloaded. */
  readonly likely: readonly RemoteFile[]
}

/** @throws AppError `not_a_model`: what is missing, and the remedy. */
export function chooseFiles(entry: CatalogEntry, lists: readonly (readonly RemoteFile[])[]): FoundFiles {
  const offered = new Map<string, RemoteFile>()
  for (const file of lists.flat()) {
    const { only } = file.part
    const isAsked = only === undefined || only.some((start) => file.path.startsWith(start))
    if (isAsked && isSafe(file.path) && !offered.has(file.path)) offered.set(file.path, file)
  }
  const isOurs = offered.has(MANIFEST_FILE)
  if (!isOurs) checkLayout(entry, new Set(offered.keys()), lists.flat())
  // A model in our own layout names all its files itself.
  const describes = isOurs ? (path: string) => path === MANIFEST_FILE : isDescribing
  const isLikely = isOurs ? () => true : maybeNamed([...offered.keys()])
  const files = [...offered.values()]
  return {
    offered,
    describing: files.filter(({ path }) => describes(path)).sort((a, b) => a.bytes - b.bytes),
    likely: files.filter(({ path }) => !describes(path) && !OTHER.test(path) && isLikely(path)),
  }
}

function isDescribing(path: string): boolean {
  return OPENED.has(path) || path === 'model_index.json' || (FOLDERS.test(path) && SMALL.test(path))
}

/** Whether a file may be weights of a graph that is opened: not a graph itself, nor called after one that is not. */
function maybeNamed(paths: readonly string[]): (path: string) => boolean {
  const others = paths.filter((path) => path.endsWith('.onnx') && !OPENED.has(path))
  const names = others.map((path) => path.slice(0, -'.onnx'.length))
  return (path) => FOLDERS.test(path) && !names.some((name) => path.startsWith(`${name}.`))
}

function isSafe(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..')
}

/**
 * All that the model described in `dir` names: weights may have any name.
 * @throws AppError `model_*` where it is no model, `not_a_model` where the repositories lack what it names.
 */
export async function namedFiles(
  entry: CatalogEntry,
  dir: string,
  { offered }: FoundFiles,
): Promise<readonly RemoteFile[]> {
  const { manifest } = await readModelFolder(dir)
  return manifestFiles(manifest).map((path) => {
    const file = offered.get(path)
    if (file !== undefined) return file
    const message = `${placeOf(entry)} has no ${path}, which its own ${offered.has(MANIFEST_FILE) ? MANIFEST_FILE : 'graphs'} name: choose another repository ("npm run models -- list"), or ask its owner for the file`
    throw new AppError('not_a_model', message)
  })
}

const placeOf = ({ parts }: CatalogEntry): string => parts.map(({ repository }) => repository).join(' and ')

/** A scheduler_config.json is not among them: an LCM, which its U-Net's graph tells, does without. */
const NEEDED = [GRAPHS.unet, GRAPHS.textEncoder, GRAPHS.vaeEncoder, GRAPHS.vaeDecoder] as const

function checkLayout(entry: CatalogEntry, paths: ReadonlySet<string>, all: readonly RemoteFile[]): void {
  const where = placeOf(entry)
  if (!paths.has(GRAPHS.unet)) {
    const kinds = [...new Set(all.map(({ path }) => path.split('.').at(-1) ?? ''))].slice(0, 8).join(', ')
    const message = `${where} is not a model in the ONNX layout: it has no ${GRAPHS.unet} (found ${all.length} files: ${kinds}); choose a repository with ONNX files, or export it (docs/models.md)`
    throw new AppError('not_a_model', message)
  }
  const tokenizers = ['tokenizer', ...(paths.has(GRAPHS.textEncoder2) ? ['tokenizer_2'] : [])]
  const missing = [
    ...NEEDED.filter((path) => !paths.has(path)),
    ...tokenizers.filter((folder) => !hasTokenizer(paths, folder)).map(tokenizerFiles),
  ]
  if (missing.length === 0) return
  const remedy =
    'choose a repository that has them ("npm run models -- list"), or put them into a copy of your own and add that: npm run models -- add FOLDER'
  throw new AppError(
    'not_a_model',
    `${where} has no ${missing.join(', no ')}; nothing was downloaded: ${remedy}`,
  )
}

function hasTokenizer(paths: ReadonlySet<string>, folder: string): boolean {
  const has = (file: string) => paths.has(`${folder}/${file}`)
  return has('tokenizer.json') || (has('vocab.json') && has('merges.txt'))
}

function tokenizerFiles(folder: string): string {
  return `${folder}/tokenizer.json (or vocab.json with merges.txt)`
}
