import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FAL_APPS } from './fal-apps.ts'

const DOCUMENT = readFileSync(new URL('../../docs/compat.md', import.meta.url), 'utf8')

it('docs/compat.md says of every app whether it takes a picture, and how it answers when it is not told', () => {
  const rows = DOCUMENT.matchAll(/^\| (required|optional|none) +\| (.+?) +\| `(true|false)` +\|$/gm)
  const told = [...rows].flatMap(([, image, apps = '', syncMode]) =>
    [...apps.matchAll(/`([^`]+)`/g)].map(([, app]) => ({ id: `fal-ai/${app}`, image, syncMode })),
  )
  const known = FAL_APPS.map(({ id, image, syncMode }) => ({ id, image, syncMode: String(syncMode) }))
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)
  expect(told.sort(byId)).toEqual(known.sort(byId))
})
