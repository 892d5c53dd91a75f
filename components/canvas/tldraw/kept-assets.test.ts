import type { TLAsset } from 'tldraw'
import { expect, it } from 'vitest'
import type { DrawingDatabase } from './drawing-database.ts'
import { keepAssets } from './kept-assets.ts'

it('a photo that could not be read is asked for again, and one that was read is not', async () => {
  const found: (Blob | undefined)[] = [undefined, new Blob(['photo'])]
  let asked = 0
  const database = { asset: async () => found[asked++] } as unknown as DrawingDatabase
  const { store, dispose } = keepAssets(database)
  const photo = { id: 'asset:a', props: { src: 'asset:a' } } as unknown as TLAsset
  const resolve = () => store.resolve?.(photo, {} as Parameters<NonNullable<typeof store.resolve>>[1])
  expect(await resolve()).toBeNull()
  const address = await resolve()
  expect(address).toMatch(/^blob:/)
  expect(await resolve()).toBe(address)
  expect(asked).toBe(2)
  dispose()
})
