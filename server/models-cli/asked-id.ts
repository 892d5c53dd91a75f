import { existsSync } from 'node:fs'
import { readlink, realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import { BUNDLED, isId, type Store } from '../models/store.ts'
import { entryFor, readCatalog } from './catalog.ts'
import { notInstalled } from './not-installed.ts'

/** Whether `add` takes it for a folder; what is in the catalog is not asked. */
export function isFolder(asked: string): boolean {
  return existsSync(asked) || /^[.~/]|^[A-Za-z]:/.test(asked)
}

/**
 * Id of an installed model, by that id or by what `add` was called with: a repository or a folder.
 * @throws AppError `not_installed`, `unknown_model`.
 */
export async function idOf(asked: string, store: Store): Promise<string> {
  if (isId(asked)) return asked
  const catalog = await readCatalog(store.root)
  const id = isFolder(asked) ? await idAt(asked, store) : entryFor(catalog, asked).id
  if (id === undefined || !(store.has(id) || existsSync(store.partialOf(id))))
    throw isFolder(asked) ? unlinked(asked) : notInstalled(asked, catalog)
  return id
}

/** Of what is linked there or lies there: another folder of the same name is another model. */
async function idAt(folder: string, store: Store): Promise<string | undefined> {
  const wanted = await placeOf(folder)
  for (const id of [BUNDLED, ...(await store.ids())])
    if ((await placeOf(store.folderOf(id))) === wanted) return id
  return undefined
}

async function placeOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    return resolve(await readlink(path).catch(() => path))
  }
}

function unlinked(folder: string): AppError {
  const how = existsSync(folder)
    ? `; install it with: npm run models -- add ${folder}`
    : ', and there is no such folder'
  return new AppError('not_installed', `${folder} is not installed${how}`)
}
