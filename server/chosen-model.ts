import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'

const ChoiceSchema = v.object({ model: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][\w.-]*$/)) })

/** The folder `npm run models -- use` chose. Another name than a plain folder's is not followed. */
export function chosenModel(root: string): string | undefined {
  const installed = join(root, 'models/installed')
  try {
    const choice: unknown = JSON.parse(readFileSync(join(installed, 'choice.json'), 'utf8'))
    return join(installed, v.parse(ChoiceSchema, choice).model)
  } catch {
    return undefined
  }
}
