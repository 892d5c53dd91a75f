import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** Where the errors come from that the element's methods reject with. */
const SOURCES = [
  'lib/embed/element.ts',
  'lib/embed/calls.ts',
  'components/embed/embed-calls.ts',
  'components/embed/exported-picture.ts',
  'components/embed/frame-bridge.ts',
  'components/result/picture-file.ts',
  'components/session/drawing-file.ts',
  'components/canvas/canvas-access.ts',
  'components/canvas/plain/plain-surface.ts',
  'components/canvas/plain/plain-painter.ts',
  'components/canvas/tldraw/editor-content.ts',
  'components/canvas/tldraw/full-page.ts',
  'components/canvas/tldraw/inline-photos.ts',
]

/** Codes that the canvas tells in its `error` event, and no method rejects with. */
const TOLD = ['bad_server', 'connection_lost', 'unauthorized', 'protocol_version']

it('docs/embed.md lists the codes that methods reject with', () => {
  const [, methods = ''] = readFileSync('docs/embed.md', 'utf8').split('\nMethods, each a promise')
  const [table = ''] = methods.split('\nEvents, ')
  const listed = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code)
  const thrown = SOURCES.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:new AppError\(|\bcode: )\s*'(\w+)'/g)].map(
      ([, code]) => code,
    ),
  ).filter((code) => !TOLD.includes(code ?? ''))
  expect([...listed].sort()).toEqual([...new Set(thrown)].sort())
})
