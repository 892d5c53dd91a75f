// A picture that is put onto the drawing may tell how it was made: one of ours, or of another Stable Diffusion tool.
import { readMadeWith } from '../../lib/protocol/infotext.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { applyFitted } from './fit-params.ts'
import { settingsOf } from './known-settings.ts'
import { offer } from './notices.ts'
import { offerMine } from './offer-mine.ts'
import type { Session } from './session.ts'

/** Larger ones than any that is taken onto a drawing. */
const MOST_BYTES = 32e6

type Settled = Pick<Session, 'client' | 'seed'>

/** Offers the words and settings of the first of `files` that tells any. Never rejects: most files tell nothing. */
export async function offerMadeWith(settled: Settled, files: readonly File[]): Promise<void> {
  for (const file of files) {
    const made = await madeWith(file)
    if (!made) continue
    offer('This picture tells how it was made', [
      { label: 'Use its words and settings', run: () => take(settled, made) },
    ])
    return
  }
}

async function madeWith(file: File): Promise<Partial<DrawParams> | undefined> {
  if (file.type !== 'image/png' || file.size > MOST_BYTES) return undefined
  try {
    return readMadeWith(new Uint8Array(await file.arrayBuffer()))
  } catch {
    // Whether it is a picture at all is the drawing's to say.
    return undefined
  }
}

function take({ client, seed }: Settled, made: Partial<DrawParams>): void {
  const mine = settingsOf(client.store.getState())
  applyFitted(client, made)
  offerMine({ client, seed }, mine, "the picture's")
}
