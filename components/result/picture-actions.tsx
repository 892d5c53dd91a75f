'use client'
import { useState } from 'react'
import { useStore } from 'zustand'
import { useClient, useSession } from '../session/session-context.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { usePictureCommands } from './picture-commands.ts'
import { largerSize } from './larger-picture.ts'
import { canShare } from './take-along.ts'

/** What one can do with the picture. `readonly`: nothing that changes the drawing. */
export function PictureActions({ readonly = false }: { readonly readonly?: boolean }) {
  const commands = usePictureCommands()
  const painted = useClient((state) => state.stats.painted > 0)
  const larger = useClient((state) => largerSize(state) !== undefined)
  const refined = useClient((state) => state.refined)
  const current = useStore(useSession().shown.store, (state) => state.current)
  const [shares] = useState(canShare)
  const off = !painted
  return (
    <div aria-label="Picture" className="picture-actions" role="group">
      <IconButton disabled={off} icon="pin" label="Pin" onClick={commands.pin} shortcut="P" tip="left" />
      <IconButton
        disabled={off || !larger || (refined && current)}
        icon="refine"
        label={larger ? 'Refine now' : 'Refine now: this size has no larger one'}
        onClick={commands.refine}
        tip="left"
      />
      {readonly ? null : (
        <IconButton
          disabled={off}
          icon="toDrawing"
          label="Use the picture as the drawing"
          onClick={commands.useAsDrawing}
          tip="left"
        />
      )}
      <IconButton
        className="copy-picture"
        disabled={off}
        icon="copy"
        label="Copy as PNG"
        onClick={commands.copy}
        tip="left"
      />
      <IconButton
        disabled={off}
        icon="download"
        label="Download PNG"
        onClick={commands.download}
        shortcut="S"
        tip="left"
      />
      {shares ? (
        <IconButton
          className="share-picture"
          disabled={off}
          icon="share"
          label="Share the picture"
          onClick={commands.share}
          tip="left"
        />
      ) : null}
    </div>
  )
}
