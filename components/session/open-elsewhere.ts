// Which drawings other tabs show: what they hold is not taken away under them. A tab that shows one answers for it.
import * as v from 'valibot'
import { openChannel } from '../canvas/open-channel.ts'

const CHANNEL = 'sketchwire-open'
/** Tabs answer at once, in the background too. */
const ANSWERED_WITHIN_MS = 300

const QuestionSchema = v.object({ whoShows: v.string() })
const AnswerSchema = v.object({ shown: v.string() })

/** Answers for a drawing that is open here; returns the end of it. */
export function tellOpen(drawing: string): () => void {
  const channel = openChannel(CHANNEL)
  if (!channel) return () => undefined
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const { success, output } = v.safeParse(QuestionSchema, data)
    if (success && output.whoShows === drawing) channel.postMessage({ shown: drawing })
  }
  return () => channel.close()
}

export async function isOpenElsewhere(drawing: string): Promise<boolean> {
  const channel = openChannel(CHANNEL)
  if (!channel) return false
  const answered = await new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), ANSWERED_WITHIN_MS)
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const { success, output } = v.safeParse(AnswerSchema, data)
      if (success && output.shown === drawing) resolve(true)
    }
    channel.postMessage({ whoShows: drawing })
  })
  channel.close()
  return answered
}
