// Takes the whole drawing out of the editor and puts it back, as one step that undo can take back.
import {
  AssetRecordType,
  createShapeId,
  getHashForBuffer,
  type BoxModel,
  type Editor,
  type TLContent,
  type TLImageAsset,
  type TLShapeId,
} from 'tldraw'
import { AppError } from '../../../lib/std/errors.ts'
import type { DrawingContent } from '../drawing-content.ts'
import { checkCount } from './full-page.ts'
import { inlinePhotos, photosOf } from './inline-photos.ts'
import { putPlain } from './put-plain.ts'

/** Everything on the page, images inlined as data URIs. Throws AppError `photo_missing`. */
export async function readContent(editor: Editor): Promise<TLContent> {
  const content = editor.getContentFromCurrentPage(allShapes(editor))
  if (content) return { ...content, assets: await inlinePhotos(content.assets, photosOf(editor)) }
  return { shapes: [], bindings: [], rootShapeIds: [], assets: [], schema: editor.store.schema.serialize() }
}

/** Throws AppError for a drawing that is too large, or of a later version of tldraw, whose records this one cannot read. */
export function checkContent(editor: Editor, content: DrawingContent): void {
  checkCount(editor, content)
  if ('plain' in content || editor.store.schema.getMigrationsSince(content.schema).ok) return
  throw new AppError(
    'unsupported_drawing',
    'This drawing was made in a later version of the editor. Update the server that this page comes from, then open it again',
  )
}

/** Replaces the page by `content`. Throws when it is too large or tldraw cannot migrate it; the page is as before then. */
export function putContent(editor: Editor, content: DrawingContent): void {
  checkCount(editor, content)
  const mark = editor.markHistoryStoppingPoint('replace drawing')
  try {
    editor.run(
      () => {
        editor.deleteShapes(allShapes(editor))
        if ('plain' in content) putPlain(editor, content)
        else if (content.shapes.length > 0)
          editor.putContentOntoCurrentPage(content, { preservePosition: true })
        editor.selectNone()
      },
      { ignoreShapeLock: true },
    )
  } catch (error) {
    editor.bailToMark(mark)
    throw error
  }
}

export function clearPage(editor: Editor): void {
  editor.markHistoryStoppingPoint('clear page')
  editor.run(() => editor.deleteShapes(allShapes(editor)), { ignoreShapeLock: true })
}

/** Makes `picture` the drawing: an image over the whole paper, locked, with nothing else left. */
export async function pictureAsDrawing(editor: Editor, picture: Blob, paper: BoxModel): Promise<void> {
  const asset = await imageAsset(editor, picture, paper)
  editor.markHistoryStoppingPoint('picture as drawing')
  editor.run(
    () => {
      editor.deleteShapes(allShapes(editor))
      if (!editor.getAsset(asset.id)) editor.createAssets([asset])
      const id = createShapeId()
      const props = { assetId: asset.id, w: paper.w, h: paper.h }
      editor.createShape({ id, type: 'image', x: paper.x, y: paper.y, props, isLocked: true })
      editor.sendToBack([id])
    },
    { ignoreShapeLock: true },
  )
}

async function imageAsset(editor: Editor, picture: Blob, paper: BoxModel): Promise<TLImageAsset> {
  const id = AssetRecordType.createId(getHashForBuffer(await picture.arrayBuffer()))
  const name = 'picture'
  const file = new File([picture], name, { type: picture.type })
  const props = { name, src: null, w: paper.w, h: paper.h, mimeType: picture.type, isAnimated: false }
  const asset: TLImageAsset = { id, typeName: 'asset', type: 'image', props, meta: {} }
  const { src } = await editor.uploadAsset(asset, file)
  return { ...asset, props: { ...props, src } }
}

function allShapes(editor: Editor): TLShapeId[] {
  return [...editor.getSortedChildIdsForParent(editor.getCurrentPageId())]
}
