// models/catalog.json: what can be had by name. Only what is written there is promised; `tried` says whether anyone
// of this project has downloaded and run it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { MODEL_ID } from '../models/store.ts'

const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/

const PartSchema = v.object({
  repository: v.pipe(v.string(), v.regex(REPOSITORY)),
  revision: v.optional(v.string(), 'main'),
  /** Beginnings of the paths to take; all that a model needs when absent. */
  only: v.optional(v.array(v.string())),
})

const EntrySchema = v.object({
  id: v.pipe(v.string(), v.regex(MODEL_ID)),
  name: v.string(),
  license: v.string(),
  /** About what is downloaded, for the list; the hub's own figures are used when installing. */
  gigabytes: v.number(),
  needs: v.string(),
  tried: v.boolean(),
  note: v.optional(v.string()),
  parts: v.array(PartSchema),
  /** Path to hex digest, where known beforehand. */
  sha256: v.optional(v.record(v.string(), v.string()), {}),
})

export type CatalogPart = v.InferOutput<typeof PartSchema>
export type CatalogEntry = v.InferOutput<typeof EntrySchema>

export async function readCatalog(root: string): Promise<readonly CatalogEntry[]> {
  const path = join(root, 'models/catalog.json')
  try {
    return v.parse(v.object({ models: v.array(EntrySchema) }), JSON.parse(await readFile(path, 'utf8')))
      .models
  } catch (cause) {
    const message = `${path} cannot be read (${messageOf(cause)}); restore it with "git checkout models/catalog.json"`
    throw new AppError('catalog_unreadable', message, { cause })
  }
}

export const isRepository = (asked: string): boolean => REPOSITORY.test(asked)

/**
 * A catalog entry by id or by its repository, or any repository of the hub by owner/name. Of a repository that lacks a
 * part the entry that adds it is meant: alone it could not be loaded.
 * @throws AppError `unknown_model`.
 */
export function entryFor(catalog: readonly CatalogEntry[], asked: string): CatalogEntry {
  const isFirst = ({ parts }: CatalogEntry) => parts[0]?.repository === asked
  const known =
    catalog.find(({ id }) => id === asked) ??
    catalog.find((entry) => isFirst(entry) && entry.parts.length === 1) ??
    catalog.find(isFirst)
  if (known !== undefined) return known
  if (isRepository(asked)) {
    const id = asked.replace('/', '--')
    const parts = [{ repository: asked, revision: 'main' }]
    return {
      id,
      name: asked,
      license: 'see its page',
      gigabytes: 0,
      needs: '',
      tried: false,
      parts,
      sha256: {},
    }
  }
  const message = `${asked} is no model of the catalog, no folder and no repository id (owner/name); "npm run models -- list" shows the catalog`
  throw new AppError('unknown_model', message)
}
