'use client'
import { useState } from 'react'
import { notify } from '../session/notices.ts'
import type { Session } from '../session/session.ts'
import { useSession } from '../session/session-context.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import type { PastPicture } from './past-pictures.ts'
import { pinnedOf, pinPicture } from './pin-picture.ts'
import { closePictures } from './pictures-view.ts'
import { restore, restorePin } from './restore-pin.ts'
import { canShare, copyPicture, savePicture, sharePicture } from './take-along.ts'
import { told } from './told.ts'

interface PastPictureActionsProps {
  readonly past: PastPicture
  readonly onRemove: (id: string) => void
}

/** What one can do with a picture that is not on the screen any more. */
export function PastPictureActions({ past, onRemove }: PastPictureActionsProps) {
  const session = useSession()
  const [shares] = useState(canShare)
  const { picture } = past
  const goBack = () => {
    closePictures()
    void goBackTo(session, past)
  }
  return (
    <div aria-label="This picture" className="past-actions" role="group">
      <Action
        icon="undo"
        label="Restore"
        onClick={goBack}
        title="Brings its drawing, words and settings back"
      />
      {past.kind === 'recent' ? (
        <Action
          icon="pin"
          label="Pin"
          onClick={told('The picture could not be pinned', () => pinPicture(session, past.frame))}
        />
      ) : null}
      <Action
        icon="download"
        label="Download"
        onClick={told('The picture could not be saved', () => savePicture(picture))}
      />
      <Action
        icon="copy"
        label="Copy"
        onClick={told('The picture could not be copied; download it instead', () =>
          copyPicture(async () => picture),
        )}
      />
      {shares ? (
        <Action
          icon="share"
          label="Share"
          onClick={told('The picture could not be shared; download it instead', () => sharePicture(picture))}
        />
      ) : null}
      {past.kind === 'pinned' ? (
        <Action icon="clear" label="Remove" onClick={() => onRemove(past.pin.id)} />
      ) : null}
    </div>
  )
}

async function goBackTo(session: Session, past: PastPicture): Promise<void> {
  if (past.kind === 'pinned') return restorePin(session, past.pin)
  const { params } = pinnedOf(past.frame, session.client)
  const content = await session.shown.contentOf(past.frame)
  const said = { whose: "that picture's", problem: 'This picture could not be restored' }
  if (content) await restore(session, { params, content: async () => content }, said)
  else notify(`${said.problem}: its drawing is gone`, 'problem')
}

interface ActionProps {
  readonly icon: IconName
  readonly label: string
  readonly onClick: () => void
  readonly title?: string
}

function Action({ icon, label, onClick, title }: ActionProps) {
  return (
    <button className="past-action" onClick={onClick} title={title} type="button">
      <Icon name={icon} size={18} />
      {label}
    </button>
  )
}
