import { existsSync } from 'node:fs'
import { AppError } from '../../lib/std/errors.ts'
import type { Manifest } from '../engine/manifest.ts'
import { verifyFiles } from '../engine/verify-files.ts'
import { checkMemory, readModelFolder } from '../engine/model-folder.ts'
import { BUNDLED, idOfFolder, isId } from '../models/store.ts'
import { idOf, isFolder } from './asked-id.ts'
import { entryFor, readCatalog } from './catalog.ts'
import { install, needsHere, noteMemory, type InstallOptions } from './install.ts'
import { withLock } from './lock.ts'
import { notInstalled } from './not-installed.ts'
import { size } from './progress.ts'
import { verify } from './verify.ts'

export interface Context extends InstallOptions {
  /** What a person asked for; `write` is for the way there. */
  readonly print: (line: string) => void
}

type Command = (asked: string | undefined, context: Context) => Promise<void>

export const COMMANDS: Readonly<Record<string, Command>> = {
  list: (_, context) => list(context),
  add: (id, context) => add(needed('add', id), context),
  verify: async (id, { store, print }) =>
    verify(id === undefined ? undefined : await idOf(id, store), store, print),
  remove: async (id, context) => remove(await idOf(needed('remove', id), context.store), context),
  use: async (id, context) => use(await idOf(needed('use', id), context.store), context),
}

function needed(command: string, id: string | undefined): string {
  if (id !== undefined) return id
  throw new AppError(
    'usage',
    `${command} needs the id of a model: npm run models -- ${command} ID ("list" shows them)`,
  )
}

async function list(context: Context): Promise<void> {
  const { store, print } = context
  const catalog = await readCatalog(store.root)
  const [installed, chosen] = [await store.ids(), store.chosen()]
  const mark = (id: string) => (id === chosen ? '*' : ' ')
  print('  id, state, size, licence')
  const untried = catalog.filter(({ tried }) => !tried).length
  if (untried > 0)
    print(
      `  UNTRIED: ${untried} of the ${catalog.length} below were never downloaded or run by this project; sizes and contents are those of their public file lists`,
    )
  print(`${mark(BUNDLED)} ${BUNDLED}  bundled${sizeOf(await bundledBytes(context))}, MIT`)
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
  for (const id of installed.filter((one) => !catalog.some((entry) => entry.id === one)))
    print(`${mark(id)} ${id}  installed${await originOf(id, context)}`)
  for (const line of await oddities(context)) print(line)
  print('* is what "npm start" runs. npm run models -- add ID | verify [ID] | remove ID | use ID')
}

/** Of a model that is not of the catalog. One that is damaged does not hide the others. */
async function originOf(id: string, { store }: Context): Promise<string> {
  const gone = await store.goneTarget(id)
  if (gone !== undefined) return ` as a link to ${gone}, which is gone`
  try {
    const record = await store.record(id)
    return record === undefined ? ', a linked folder' : ` from ${record.source}`
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return `, but ${error.message}`
  }
}

/** What is there and no model, and what is chosen and not there. */
async function oddities({ store }: Context): Promise<readonly string[]> {
  const [strangers, chosen] = [await store.strangers(), store.chosen()]
  const names = strangers.map((name) => JSON.stringify(name)).join(', ')
  return [
    ...(chosen === BUNDLED || store.has(chosen)
      ? []
      : [`* ${chosen}  chosen, but not installed: npm run models -- use ${BUNDLED} goes back`]),
    ...(strangers.length === 0
      ? []
      : [
          `  passed over in ${store.dir}: ${names}; the name of a model is made of letters, digits, ".", "_" and "-", and is not ${BUNDLED}: rename what is one`,
        ]),
  ]
}

async function add(asked: string, context: Context): Promise<void> {
  const { store, print } = context
  if (asked === BUNDLED)
    return print(`${BUNDLED} is bundled; choose it with: npm run models -- use ${BUNDLED}`)
  const catalog = await readCatalog(store.root)
  const isKnown = catalog.some(({ id }) => id === asked)
  if (!isKnown && isFolder(asked)) return addFolder(asked, context)
  const entry = entryFor(catalog, asked)
  if (entry.parts.length === 0)
    throw new AppError(
      'not_downloadable',
      `${entry.id} cannot be downloaded in the ONNX form: ${entry.note ?? 'export it'}`,
    )
  if (store.has(entry.id))
    return print(`${entry.id} is installed already; "verify ${entry.id}" checks its files`)
  if (entry.id !== asked && entry.parts.length > 1)
    print(`${asked} is taken as ${entry.id} of the catalog: ${entry.note ?? entry.name}`)
  await install(entry, context)
  print(`${entry.id} is installed; run it with: npm run models -- use ${entry.id} && npm start`)
}

async function addFolder(folder: string, context: Context): Promise<void> {
  const { store, print } = context
  const { manifest } = await readModelFolder(folder)
  await verifyFiles(folder, manifest, { hashes: false })
  await noteMemory(folder, manifest, context)
  const id = idOfFolder(folder)
  await withLock(store, id, async () => {
    if (id === BUNDLED || store.has(id))
      throw new AppError(
        'already_installed',
        `There is a model ${id} already; remove it first, or rename ${folder}`,
      )
    await store.link(id, folder)
  })
  print(`${id} is added as a link to ${folder}; run it with: npm run models -- use ${id} && npm start`)
}

async function remove(id: string, { store, print }: Context): Promise<void> {
  if (id === BUNDLED)
    throw new AppError('bundled', `${BUNDLED} is part of the repository and cannot be removed`)
  const isPartial = isId(id) && existsSync(store.partialOf(id))
  if (!store.has(id) && !isPartial) throw notInstalled(id, await readCatalog(store.root))
  const wasChosen = await withLock(store, id, async () => {
    const isChosen = store.chosen() === id
    if (isChosen) await store.choose(BUNDLED)
    await store.remove(id)
    return isChosen
  })
  print(`${id} is removed${wasChosen ? `; "npm start" runs ${BUNDLED} again` : ''}`)
}

async function use(id: string, context: Context): Promise<void> {
  const { store, print } = context
  if (!store.has(id)) throw notInstalled(id, await readCatalog(store.root))
  const { manifest } = await readModelFolder(store.folderOf(id))
  await checkMemory(store.folderOf(id), manifest, needsHere(context))
  await store.choose(id)
  print(
    `"npm start" now runs ${manifest.name}${sizeOf(manifest.bytes)}; SKETCHWIRE_MODEL, where set, still wins`,
  )
}

/** The list is for a folder that is damaged, too: `verify` says what is wrong with it. */
async function bundledBytes({ store }: Context): Promise<Manifest['bytes']> {
  const folder = await readModelFolder(store.folderOf(BUNDLED)).catch(() => undefined)
  return folder?.manifest.bytes ?? {}
}

/** Of all files together, where the manifest says it: ", 22.2 MB". */
function sizeOf(bytes: Manifest['bytes']): string {
  const sum = Object.values(bytes).reduce((total, value) => total + value, 0)
  return sum > 0 ? `, ${size(sum)}` : ''
}
