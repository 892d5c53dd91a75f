// Where what comes up is said. Behind an open dialog nobody reads it, and nobody reaches its buttons: the dialog that was
// opened last has a place for it.
import { createStore } from 'zustand/vanilla'

export const noticePlace = createStore<{ readonly inDialogs: readonly Element[] }>()(() => ({
  inDialogs: [],
}))

/** Has it said in `place`, until the returned function is called or a dialog is opened over this one. */
export function takeNotices(place: Element): () => void {
  noticePlace.setState(({ inDialogs }) => ({ inDialogs: [...inDialogs, place] }))
  return () => {
    noticePlace.setState(({ inDialogs }) => ({ inDialogs: inDialogs.filter((one) => one !== place) }))
  }
}
