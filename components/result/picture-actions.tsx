'use client'
import { useState } from 'react'
import { useStore } from 'zustand'
import { useClient, useSession } from '../session/session-context.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { usePictureCommands } from './picture-commands.ts'
import { largerSize } from './larger-picture.ts'
import { canShare } from './take-along.ts'

interface PictureActionsProps {
  /** Nothing that changes the drawing. */
  readonly readonly?: boolean
  /** Pins are shown somewhere. */
  readonly pins?: boolean
}

/** What one can do with the picture. */
export function PictureActions({ readonly = false, pins = true }: PictureActionsProps) {
  const commands = usePictureCommands()
  const painted = useClient((state) => state.stats.painted > 0)
  const larger = useClient((state) => largerSize(state) !== undefined)
  const refined = useClient((state) => state.refined)
  const current = useStore(useSession().shown.store, (state) => state.current)
  const [shares] = useState(canShare)
  const off = !painted
  return (
    <div aria-label="Picture" className="picture-actions" role="group">
      {pins ? (
        <IconButton disabled={off} icon="pin" label="Pin" onClick={commands.pin} pageKey="P" tip="left" />
      ) : null}
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
        pageKey="S"
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
