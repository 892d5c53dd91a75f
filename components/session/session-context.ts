import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { ClientState } from '../../lib/client/types.ts'
import { AppError } from '../../lib/std/errors.ts'
import type { Session } from './session.ts'

export const SessionContext = createContext<Session | undefined>(undefined)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new AppError('internal', 'useSession needs a SessionContext around it')
  return session
}

export function useClient<T>(select: (state: ClientState) => T): T {
  return useStore(useSession().client.store, select)
}
