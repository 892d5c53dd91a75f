import { expect, it } from 'vitest'
import { isOwnChange } from './own-change.ts'

const changes = (kind: 'added' | 'updated' | 'removed', id: string) => ({
  ...{ added: {}, updated: {}, removed: {} },
  [kind]: { [id]: {} },
})

it.each(['added', 'updated', 'removed'] as const)('a shape that is %s here is somebody at work', (kind) => {
  expect(isOwnChange({ source: 'user', changes: changes(kind, 'shape:boat') })).toBe(true)
})

it('what another tab draws is not, nor a photo that is kept at last', () => {
  expect(isOwnChange({ source: 'remote', changes: changes('added', 'shape:boat') })).toBe(false)
  expect(isOwnChange({ source: 'user', changes: changes('updated', 'asset:photo') })).toBe(false)
})
