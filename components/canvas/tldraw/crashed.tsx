// What stands in the editor's place when it broke down. tldraw's own words offer to reset all that the browser keeps:
// here the drawing is kept, and can be taken along.
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import type { TLStore, TLStoreWithStatus } from 'tldraw'
import { messageOf } from '../../../lib/std/errors.ts'
import { saveFile } from '../../result/save-file.ts'
import { EXTENSION, writeDrawingFile } from '../../session/drawing-file.ts'
import { idOfKey } from '../../session/drawing-id.ts'
import { readSettings } from '../../session/saved.ts'
import type { TldrawSurface } from '../tldraw-surface.ts'
import { contentOfRecords } from './content-of-records.ts'
import { photosOf } from './inline-photos.ts'

interface Rescue {
  /** Absent where there is nothing to save: the drawing itself was not read. */
  readonly save?: () => Promise<void>
  readonly isKept: () => boolean
}

const RescueContext = createContext<Rescue>({ isKept: () => true })

interface RescuedProps {
  /** The name under which it is kept. */
  readonly drawing: string
  readonly store: TLStoreWithStatus
  readonly surface: Pick<TldrawSurface, 'store'>
  readonly children: ReactNode
}

/** Around the editor: what outlives it. */
export function Rescued({ drawing, store, surface, children }: RescuedProps) {
  const rescue = useMemo<Rescue>(() => {
    const isKept = () => surface.store.getState().kept
    if (store.status !== 'synced-local') return { isKept }
    return { isKept, save: () => saveStore(store.store, drawing) }
  }, [drawing, store, surface])
  return <RescueContext value={rescue}>{children}</RescueContext>
}

async function saveStore(store: TLStore, drawing: string): Promise<void> {
  const id = idOfKey(drawing) ?? drawing
  const photos = photosOf({ store, getTemporaryAssetPreview: () => undefined })
  const found = { records: store.allRecords(), schema: store.schema.serialize() }
  const content = await contentOfRecords(found, photos)
  saveFile(writeDrawingFile({ params: readSettings(id).params, content }), `drawing-${id}${EXTENSION}`)
}

export function Crashed() {
  const { save, isKept } = useContext(RescueContext)
  const [problem, setProblem] = useState('')
  const onSave = () => {
    setProblem('')
    save?.().catch((error: unknown) => setProblem(`It was not saved: ${messageOf(error)}`))
  }
  const kept = isKept()
    ? 'The drawing itself is kept in this browser.'
    : 'This browser does not keep the drawing: save it to a file before you reload.'
  return (
    <div className="load-failed crashed" role="alert">
      <p>{`The drawing tools broke down. ${kept}`}</p>
      <div className="crashed-ways">
        {save ? (
          <button className="button" onClick={onSave} type="button">
            Save to a file
          </button>
        ) : null}
        <button className="button" onClick={() => window.location.reload()} type="button">
          Reload the page
        </button>
      </div>
      {problem === '' ? null : <p>{problem}</p>}
    </div>
  )
}
