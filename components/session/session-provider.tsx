import { useMemo, type ReactNode } from 'react'
import { ToolActionsContext } from '../canvas/tool-actions.ts'
import { clearPage } from './bring-before.ts'
import { offerMadeWith } from './offer-made-with.ts'
import { SessionContext } from './session-context.ts'
import type { Session } from './session.ts'

interface SessionProviderProps {
  readonly session: Session
  readonly children: ReactNode
}

/** What is inside finds the session, and its tools do what this session does beyond drawing. */
export function SessionProvider({ session, children }: SessionProviderProps) {
  const actions = useMemo(
    () => ({
      clear: () => clearPage(session),
      onPhotos: (files: readonly File[]) => void offerMadeWith(session, files),
    }),
    [session],
  )
  return (
    <SessionContext value={session}>
      <ToolActionsContext value={actions}>{children}</ToolActionsContext>
    </SessionContext>
  )
}
