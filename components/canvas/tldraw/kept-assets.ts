// The bytes of photos, kept beside the drawing; inside of it where the browser refuses to keep them.
import { inlineBase64AssetStore, type TLAssetId, type TLAssetStore } from 'tldraw'
import type { DrawingDatabase } from './drawing-database.ts'

export interface KeptAssets {
  readonly store: TLAssetStore
  /** Gives the addresses of the pictures back. */
  dispose(): void
}

export function keepAssets(database: DrawingDatabase): KeptAssets {
  const addresses = new Map<TLAssetId, Promise<string | null>>()
  const addressOf = async (id: TLAssetId): Promise<string | null> => {
    const bytes = await database.asset(id).catch(() => undefined)
    return bytes ? URL.createObjectURL(bytes) : null
  }
  const store: TLAssetStore = {
    upload: async (asset, file) => {
      try {
        await database.putAsset(asset.id, file)
        return { src: asset.id }
      } catch {
        return inlineBase64AssetStore.upload(asset, file)
      }
    },
    resolve: async ({ id, props: { src } }) => {
      if (!src?.startsWith('asset:')) return src ?? null
      const found = addresses.get(id) ?? addressOf(id)
      addresses.set(id, found)
      const address = await found
      // What could not be read now may be there the next time.
      if (address === null && addresses.get(id) === found) addresses.delete(id)
      return address
    },
    remove: async (ids) => {
      await database.removeAssets(ids).catch(() => undefined)
    },
  }
  const dispose = () => {
    for (const address of addresses.values())
      void address.then((url) => url !== null && URL.revokeObjectURL(url))
  }
  return { store, dispose }
}
