// Files that are dropped on an embedded canvas, beside its sheet too: the page around it would be gone for them.
import { useEffect } from 'react'
import { messageOf } from '../../lib/std/errors.ts'
import { addPhotos } from '../canvas/add-photos.ts'
import { bringDrawing } from '../session/bring-drawing.ts'
import { readDrawingFile } from '../session/drawing-file.ts'
import { settingsOf } from '../session/known-settings.ts'
import { notify } from '../session/notices.ts'
import { offerMine } from '../session/offer-mine.ts'
import type { Session } from '../session/session.ts'
import { refuseDrops, takeDrops } from '../shell/take-drops.ts'

export function useEmbedDrops(session: Session, readonly: boolean): void {
  useEffect(() => {
    if (readonly) return refuseDrops(window)
    return takeDrops(window, {
      openDrawing: (file) => void openHere(file, session),
      addPhotos: (files) => addPhotos(session.surface, files),
    })
  }, [session, readonly])
}

/** A canvas in a page has no other address to open a drawing at: it takes the place of this one. */
async function openHere(file: File, session: Session): Promise<void> {
  const { client, surface } = session
  const { empty: wasEmpty } = surface.store.getState()
  const mine = settingsOf(client.store.getState())
  try {
    await bringDrawing(session, readDrawingFile(await file.text()))
    if (!wasEmpty) notify('The file is the drawing now. Undo brings yours back')
    offerMine(session, mine, "the file's")
  } catch (error) {
    notify(messageOf(error), 'problem')
  }
}
