// The dialog of pictures that are not on the screen any more: whether it is open, and which one it shows.
import { createStore } from 'zustand/vanilla'

interface PicturesView {
  readonly open: boolean
  /** Id of the chosen one; the newest when that is none, or none any more. */
  readonly chosen: string | undefined
}

export const picturesView = createStore<PicturesView>()(() => ({ open: false, chosen: undefined }))

export function openPictures(chosen?: string): void {
  picturesView.setState({ open: true, chosen })
}

export function closePictures(): void {
  picturesView.setState({ open: false, chosen: undefined })
}
