import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import { manifestFiles, verifyFiles } from '../engine/manifest.ts'
import { atBest } from '../engine/memory.ts'
import { checkMemory, readModelFolder } from '../engine/model-folder.ts'
import { BUNDLED, idOfFolder, isId, type Store } from '../models/store.ts'
import { entryFor, readCatalog } from './catalog.ts'
import { hashOf } from './download.ts'
import { install, type InstallOptions } from './install.ts'
import { size } from './progress.ts'

export interface Context extends InstallOptions {
  /** What a person asked for; `write` is for the way there. */
  readonly print: (line: string) => void
}

type Command = (id: string | undefined, context: Context) => Promise<void>

export const COMMANDS: Readonly<Record<string, Command>> = {
  list: (_, context) => list(context),
  add: (id, context) => add(needed('add', id), context),
  verify,
  remove: (id, context) => remove(needed('remove', id), context),
  use: (id, context) => use(needed('use', id), context),
}

function needed(command: string, id: string | undefined): string {
  if (id !== undefined) return id
  throw new AppError(
    'usage',
    `${command} needs the id of a model: npm run models -- ${command} ID ("list" shows them)`,
  )
}

async function list({ store, print }: Context): Promise<void> {
  const catalog = await readCatalog(store.root)
  const [installed, chosen] = [await store.ids(), await store.chosen()]
  const mark = (id: string) => (id === chosen ? '*' : ' ')
  print('  id, state, size, licence')
  const untried = catalog.filter(({ tried }) => !tried).length
  if (untried > 0)
    print(
      `  UNTRIED: ${untried} of the ${catalog.length} below were never downloaded or run by this project; sizes and contents are those of their public file lists`,
    )
  print(`${mark(BUNDLED)} ${BUNDLED}  bundled, 21 MB, MIT`)
  for (const entry of catalog) {
    const state = installed.includes(entry.id) ? 'installed' : 'not installed'
    const trust = entry.tried ? '' : 'UNTRIED, '
    print(`${mark(entry.id)} ${entry.id}  ${trust}${state}, ${entry.gigabytes} GB, ${entry.license}`)
    print(
      `      ${entry.name}, from ${entry.parts.map(({ repository }) => repository).join(' and ') || 'no repository'}`,
    )
    print(`      needs ${entry.needs}`)
    if (entry.note !== undefined) print(`      ${entry.note}`)
  }
  for (const id of installed.filter((one) => !catalog.some((entry) => entry.id === one))) {
    const record = await store.record(id)
    print(
      `${mark(id)} ${id}  installed${record === undefined ? ', a linked folder' : ` from ${record.source}`}`,
    )
  }
  print('* is what "npm start" runs. npm run models -- add ID | verify [ID] | remove ID | use ID')
}

async function add(asked: string, context: Context): Promise<void> {
  const { store, print } = context
  if (asked === BUNDLED)
    return print(`${BUNDLED} is bundled; choose it with: npm run models -- use ${BUNDLED}`)
  const catalog = await readCatalog(store.root)
  const isKnown = catalog.some(({ id }) => id === asked)
  if (!isKnown && (existsSync(asked) || /^[.~/]|^[A-Za-z]:/.test(asked))) return addFolder(asked, context)
  const entry = entryFor(catalog, asked)
  if (entry.parts.length === 0)
    throw new AppError(
      'not_downloadable',
      `${entry.id} cannot be downloaded in the ONNX form: ${entry.note ?? 'export it'}`,
    )
  if (store.has(entry.id))
    return print(`${entry.id} is installed already; "verify ${entry.id}" checks its files`)
  await install(entry, context)
  print(`${entry.id} is installed; run it with: npm run models -- use ${entry.id} && npm start`)
}

async function addFolder(folder: string, { store, print }: Context): Promise<void> {
  const { manifest } = await readModelFolder(folder)
  await verifyFiles(folder, manifest, { hashes: false })
  const id = idOfFolder(folder)
  if (id === BUNDLED || store.has(id))
    throw new AppError(
      'already_installed',
      `There is a model ${id} already; remove it first, or rename ${folder}`,
    )
  await store.link(id, folder)
  print(`${id} is added as a link to ${folder}; run it with: npm run models -- use ${id} && npm start`)
}

async function verify(id: string | undefined, context: Context): Promise<void> {
  const { store, print } = context
  const ids = id === undefined ? [BUNDLED, ...(await store.ids())] : [id]
  const broken: string[] = []
  for (const one of ids) {
    const problems = await problemsOf(one, store)
    if (problems.length > 0) broken.push(one)
    print(
      problems.length === 0 ? `${one}: every file is as it was installed` : `${one}: ${problems.join('; ')}`,
    )
  }
  if (broken.length === 0) return
  const message = `${broken.join(', ')} cannot be trusted; remove and add again: npm run models -- remove ${broken[0]}`
  throw new AppError('model_wrong_hash', message)
}

async function problemsOf(id: string, store: Store): Promise<readonly string[]> {
  if (!store.has(id)) throw notInstalled(id)
  const [dir, record] = [store.folderOf(id), await store.record(id)]
  try {
    const { manifest, isSealed } = await readModelFolder(dir)
    await verifyFiles(dir, manifest, { hashes: isSealed })
    const problems: string[] = []
    for (const file of record === undefined ? [] : manifestFiles(manifest)) {
      const known = record?.files[file]
      if (known === undefined) problems.push(`${file} was not there when it was installed`)
      else if ((await hashOf(join(dir, file), known.bytes)) !== known.sha256) problems.push(`${file} changed`)
    }
    return problems
  } catch (error) {
    if (error instanceof AppError) return [error.message]
    throw error
  }
}

async function remove(id: string, { store, print }: Context): Promise<void> {
  if (id === BUNDLED)
    throw new AppError('bundled', `${BUNDLED} is part of the repository and cannot be removed`)
  const isPartial = isId(id) && existsSync(store.partialOf(id))
  if (!store.has(id) && !isPartial) throw notInstalled(id)
  const wasChosen = (await store.chosen()) === id
  if (wasChosen) await store.choose(BUNDLED)
  await store.remove(id)
  print(`${id} is removed${wasChosen ? `; "npm start" runs ${BUNDLED} again` : ''}`)
}

async function use(id: string, { store, print }: Context): Promise<void> {
  if (!store.has(id)) throw notInstalled(id)
  const { manifest } = await readModelFolder(store.folderOf(id))
  await checkMemory(store.folderOf(id), manifest, { slots: 1, memory: atBest() })
  await store.choose(id)
  const bytes = Object.values(manifest.bytes).reduce((sum, value) => sum + value, 0)
  print(
    `"npm start" now runs ${manifest.name}${bytes > 0 ? ` (${size(bytes)})` : ''}; SKETCHWIRE_MODEL, where set, still wins`,
  )
}

function notInstalled(id: string): AppError {
  return new AppError('not_installed', `${id} is not installed; install it with: npm run models -- add ${id}`)
}
