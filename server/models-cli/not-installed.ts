import { AppError } from '../../lib/std/errors.ts'
import { isRepository, type CatalogEntry } from './catalog.ts'

/** @param asked an id, or what `add` may have been called with. */
export function notInstalled(asked: string, catalog: readonly CatalogEntry[]): AppError {
  const id = addable(asked, catalog)
  const remedy =
    id === undefined
      ? '"npm run models -- list" shows what is installed and what can be'
      : `install it with: npm run models -- add ${id}`
  return new AppError('not_installed', `${asked} is not installed; ${remedy}`)
}

/** What `add` takes for it; `undefined` where nothing is known by that name. */
function addable(asked: string, catalog: readonly CatalogEntry[]): string | undefined {
  const known = catalog.find(({ id }) => id === asked)
  if (known !== undefined) return known.parts.length > 0 ? asked : undefined
  // Of OWNER/NAME an `add` that was broken off has left the id.
  const repository = asked.replace('--', '/')
  return isRepository(repository) ? repository : undefined
}
