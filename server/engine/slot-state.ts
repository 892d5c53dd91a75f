import type { Child } from './child.ts'

export interface Unusable {
  readonly code: string
  readonly message: string
}

/** Why a child is ended: it failed, it left a cancel unanswered, or it was asked to. */
export type Blame = 'fault' | 'hang' | 'nobody'

export type SlotState =
  | { readonly name: 'starting'; readonly child: Child }
  /** A lane is free. */
  | { readonly name: 'ready'; readonly child: Child; readonly lanes: number }
  /** None is, or it is to be started anew when its jobs are done. */
  | { readonly name: 'busy'; readonly child: Child; readonly lanes: number }
  /** Killed; waiting for the exit. `unusable`: the model folder is at fault. */
  | {
      readonly name: 'dying'
      readonly child: Child
      readonly reason: string
      readonly unusable: Unusable | undefined
      readonly blame: Blame
    }
  /** No process. Restarted after a while, unless closed, held or left out. */
  | {
      readonly name: 'dead'
      readonly reason: string
      readonly unusable: Unusable | undefined
      readonly failures: number
    }
