// A picture leaves the page: as a file, through the clipboard, or to another app.
import { AppError } from '../../lib/std/errors.ts'
import { notify, offer } from '../session/notices.ts'
import { fileName, picturePng, type FilePicture } from './picture-file.ts'
import { sizeWords } from './picture-to-keep.ts'
import { saveFile } from './save-file.ts'
import { told } from './told.ts'

/** Copies the picture that `come` gives, at once or after a wait; nothing when it gives none. */
export async function copyPicture(come: () => Promise<FilePicture | undefined>): Promise<void> {
  if (!window.isSecureContext)
    throw new AppError('internal', 'browsers give the clipboard to https pages and to localhost only')
  const coming = come()
  // Safari wants the promise inside: the permission is tied to the click, the picture comes later.
  const png = coming.then((picture) => {
    if (picture) return picturePng(picture)
    throw new AppError('cancelled', 'nothing was to be copied')
  })
  const written = navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
  written.catch(() => undefined)
  const picture = await coming
  if (!picture) return
  await written
  notify(`Copied as PNG, ${sizeWords(picture)}`)
}

export async function savePicture(picture: FilePicture): Promise<void> {
  saveFile(await picturePng(picture), fileName(picture))
  notify(`Saved as PNG, ${sizeWords(picture)}`)
}

/** Whether this browser hands image files to other apps: most do on https pages, and for a page in a page none. */
export function canShare(): boolean {
  if (window.top !== window || !('canShare' in navigator)) return false
  return navigator.canShare({ files: [new File([''], 'picture.png', { type: 'image/png' })] })
}

export async function sharePicture(picture: FilePicture): Promise<void> {
  const file = new File([await picturePng(picture)], fileName(picture), { type: 'image/png' })
  try {
    await share(file)
  } catch (error) {
    if (nameOf(error) !== 'NotAllowedError') throw error
    // The press is too long ago for the browser to count: a larger picture may take its time.
    offer(`The picture is ready, ${sizeWords(picture)}`, [
      { label: 'Share it', run: told('The picture could not be shared', () => share(file)) },
    ])
  }
}

/** Somebody who leaves the list of apps has changed their mind. */
async function share(file: File): Promise<void> {
  try {
    await navigator.share({ files: [file] })
  } catch (error) {
    if (nameOf(error) !== 'AbortError') throw error
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}
