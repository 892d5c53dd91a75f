// Settings that something brought along are in the place of a person's own, and undo knows only of drawings: their own
// are offered back.
import * as v from 'valibot'
import { DrawParamsSchema, type DrawParams } from '../../lib/protocol/params.ts'
import { applyFitted } from './fit-params.ts'
import { settingsOf } from './known-settings.ts'
import { offer } from './notices.ts'
import type { Session } from './session.ts'

const NAMES = v.keyof(DrawParamsSchema).options

type Settled = Pick<Session, 'client' | 'seed'>

/** Offers `mine`, the settings of before, where those of now are others. `whose` ends "Words and settings are ...". */
export function offerMine({ client, seed }: Settled, mine: Partial<DrawParams>, whose: string): void {
  const now = settingsOf(client.store.getState())
  // An unlocked seed is nobody's choice.
  const chosen = NAMES.filter(
    (name) => mine[name] !== now[name] && (name !== 'seed' || seed.getState().locked),
  )
  if (chosen.length === 0) return
  // They had none.
  const without = now.negativePrompt === undefined ? {} : { negativePrompt: '' }
  offer(`${wordsFor(chosen)} are ${whose} now`, [
    { label: 'Mine back', run: () => applyFitted(client, { ...without, ...mine }) },
  ])
}

function wordsFor(names: readonly string[]): string {
  const words = names.filter((name) => name === 'prompt' || name === 'negativePrompt')
  if (words.length === 0) return 'The settings'
  return words.length === names.length ? 'The words' : 'Words and settings'
}
