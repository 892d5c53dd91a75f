// The options of the benches: what cannot be read is one sentence, and the end of the program.
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { messageOf } from '../../lib/std/errors.ts'

type Options = NonNullable<ParseArgsConfig['options']>

export interface Program {
  /** For people, as "The bench". */
  readonly name: string
  readonly options: Options
  /** Where its options are explained. */
  readonly explainedIn: string
}

type Read<T extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: T }>>['values']

/** `--help` ends the program as well. */
export function readValues<const T extends Program>({ name, options, explainedIn }: T): Read<T['options']> {
  const args = process.argv.slice(2)
  if (args.includes('--help') || args.includes('-h')) {
    console.log(`${Object.entries(options).map(lineOf).join('\n')}\n${explainedIn} explains them`)
    return process.exit(0)
  }
  try {
    return parseArgs<{ args: string[]; options: T['options'] }>({ args, options }).values
  } catch (error) {
    const [said = ''] = messageOf(error).split('. ')
    const known = Object.keys(options).map((option) => `--${option}`)
    console.error(`${name} could not run: ${said}. Its options are ${known.join(', ')}`)
    return process.exit(1)
  }
}

function lineOf([name, { type, default: usual }]: [string, Options[string]]): string {
  if (type === 'boolean') return `  --${name}`
  return `  --${name} ${usual === undefined ? '...' : String(usual)}`
}

/** @throws RangeError that names the option and what it was. */
export function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new RangeError(`--${option} is "${text}"; give a whole number from 1 to 999999`)
}

/** @throws RangeError that names the option and what it was. */
export function positiveNumber(option: string, text: string): number {
  if (/^\d{1,6}(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text)
  throw new RangeError(`--${option} is "${text}"; give a number above 0, up to 999999`)
}
