// What tools do beyond the drawing itself is for whoever put them there to say: a canvas knows of no session.
import { createContext, useContext } from 'react'
import type { DrawingSurface } from './drawing-surface.ts'

export interface ToolActions {
  /** The page empties. */
  clear(): void
  /** Files that were put onto the drawing. */
  onPhotos(files: readonly File[]): void
}

export const ToolActionsContext = createContext<ToolActions | undefined>(undefined)

/** Without a context around it: the drawing alone. */
export function useToolActions(surface: DrawingSurface): ToolActions {
  return useContext(ToolActionsContext) ?? { clear: () => surface.clear(), onPhotos: () => undefined }
}
