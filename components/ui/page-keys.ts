import { createContext } from 'react'

/** Whether the page listens to keys of its own (shell/shortcuts.ts). An embedded canvas hears those of its canvas alone. */
export const PageKeys = createContext(true)
