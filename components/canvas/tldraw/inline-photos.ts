// Photos as part of a drawing that leaves this browser: their bytes inside, as data URIs.
import type { Editor, TLAsset, TLImageAsset } from 'tldraw'
import { toDataUri } from '../../../lib/client/data-uri.ts'
import { AppError } from '../../../lib/std/errors.ts'

/** Gives the bytes of a photo; `undefined` while there are none. */
export type BytesOf = (photo: TLImageAsset) => Promise<Blob | undefined>

/** Throws AppError `photo_missing` rather than give a drawing without one of its photos. */
export function inlinePhotos(assets: readonly TLAsset[], bytesOf: BytesOf): Promise<TLAsset[]> {
  return Promise.all(
    assets.map(async (asset) => {
      if (asset.type !== 'image' || holdsPicture(asset.props.src)) return asset
      return { ...asset, props: { ...asset.props, src: await uriOf(asset, bytesOf) } }
    }),
  )
}

function holdsPicture(src: string | null): boolean {
  return src !== null && /^(data:image\/|https?:)/.test(src)
}

async function uriOf(photo: TLImageAsset, bytesOf: BytesOf): Promise<string> {
  const bytes = await bytesOf(photo).catch(() => undefined)
  if (bytes?.type.startsWith('image/'))
    return toDataUri(new Uint8Array(await bytes.arrayBuffer()), bytes.type)
  throw new AppError(
    'photo_missing',
    'a photo is still being read. Try again in a moment; if it stays blank on the page, delete it first',
  )
}

type PhotoEditor = Pick<Editor, 'store' | 'getTemporaryAssetPreview'>

/** The photos of an open drawing, those among them that are being stored. */
export function photosOf(editor: PhotoEditor): BytesOf {
  return async (photo) => {
    // What was held a while ago may have been stored since.
    const now = editor.store.get(photo.id)
    const stored = await editor.store.props.assets.resolve(now?.type === 'image' ? now : photo, ORIGINAL)
    const address = stored ? stored : editor.getTemporaryAssetPreview(photo.id)
    return address ? (await fetch(address)).blob() : undefined
  }
}

const ORIGINAL = {
  screenScale: 1,
  steppedScreenScale: 1,
  dpr: 1,
  networkEffectiveType: null,
  shouldResolveToOriginal: true,
}
