// The environment, read once into a frozen Config. Nothing else reads process.env.
import * as v from 'valibot'
import { AppError } from '../lib/std/errors.ts'
import { isLoopbackHost } from './gateway/origin.ts'

export interface Config {
  readonly host: string
  readonly port: number
  readonly engine: 'local' | 'fake'
  /** Folder with a manifest.json. */
  readonly modelDir: string
  /** Execution provider by name; `undefined` leaves the choice to the engine. */
  readonly provider: string | undefined
  readonly threads: number | undefined
  readonly slots: number | undefined
  readonly origins: readonly string[]
  /** Origins whose pages may frame `/embed`. */
  readonly embedOrigins: readonly string[]
  readonly maxSessions: number
  readonly jobDeadlineMs: number
  readonly metricsPort: number | undefined
  readonly logLevel: (typeof LOG_LEVELS)[number]
  /** Of the fake engine, for tests of slowness. */
  readonly fakeStepMs: number
  readonly loopbackOnly: boolean
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const whole = (low: number, high: number) =>
  v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.minValue(low), v.maxValue(high))

const origin = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && new URL(text).origin === text),
)

/** Each variable: what it takes, in words for the error message, and its schema. */
const VARIABLES = {
  HOST: {
    allowed: 'an address of this machine, such as 127.0.0.1 or 0.0.0.0',
    schema: v.pipe(v.string(), v.regex(/^[\w.:-]+$/)),
  },
  PORT: { allowed: 'a whole number from 0 to 65535 (0 takes a free one)', schema: whole(0, 65535) },
  SKETCHWIRE_ENGINE: { allowed: 'local, or fake outside production', schema: v.picklist(['local', 'fake']) },
  SKETCHWIRE_MODEL: { allowed: 'a folder with a manifest.json', schema: v.pipe(v.string(), v.minLength(1)) },
  SKETCHWIRE_PROVIDER: {
    allowed: 'the name of an execution provider, such as cpu, webgpu or cuda',
    schema: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
  },
  SKETCHWIRE_THREADS: { allowed: 'a whole number from 1 to 256', schema: whole(1, 256) },
  SKETCHWIRE_SLOTS: { allowed: 'a whole number from 1 to 64', schema: whole(1, 64) },
  SKETCHWIRE_ORIGINS: {
    allowed: 'origins separated by commas, such as https://draw.example.org',
    schema: v.pipe(v.string(), v.transform(list), v.array(origin)),
  },
  SKETCHWIRE_EMBED_ORIGINS: {
    allowed: 'origins separated by commas, such as https://blog.example.org',
    schema: v.pipe(v.string(), v.transform(list), v.array(origin)),
  },
  SKETCHWIRE_MAX_SESSIONS: { allowed: 'a whole number from 1 to 10000', schema: whole(1, 10_000) },
  SKETCHWIRE_JOB_DEADLINE_MS: { allowed: 'a whole number from 1000 to 600000', schema: whole(1000, 600_000) },
  SKETCHWIRE_FAKE_STEP_MS: { allowed: 'a whole number from 0 to 60000', schema: whole(0, 60_000) },
  METRICS_PORT: { allowed: 'a whole number from 1 to 65535', schema: whole(1, 65535) },
  LOG_LEVEL: { allowed: LOG_LEVELS.join(', '), schema: v.picklist(LOG_LEVELS) },
} as const

type Name = keyof typeof VARIABLES
type Environment = Readonly<Record<string, string | undefined>>

/** Throws AppError `bad_environment` that names the variable, its value, what is allowed and the remedy. */
export function readConfig(env: Environment = process.env): Config {
  const read = <N extends Name>(name: N) => readVariable(name, env)
  const host = read('HOST') ?? '127.0.0.1'
  const engine = read('SKETCHWIRE_ENGINE') ?? 'local'
  if (engine === 'fake' && env['NODE_ENV'] === 'production') throw refuse('SKETCHWIRE_ENGINE', 'fake')
  return Object.freeze({
    host,
    port: read('PORT') ?? 7878,
    engine,
    modelDir: read('SKETCHWIRE_MODEL') ?? 'models/pocket',
    provider: read('SKETCHWIRE_PROVIDER'),
    threads: read('SKETCHWIRE_THREADS'),
    slots: read('SKETCHWIRE_SLOTS'),
    origins: read('SKETCHWIRE_ORIGINS') ?? [],
    embedOrigins: read('SKETCHWIRE_EMBED_ORIGINS') ?? [],
    maxSessions: read('SKETCHWIRE_MAX_SESSIONS') ?? 64,
    jobDeadlineMs: read('SKETCHWIRE_JOB_DEADLINE_MS') ?? 60_000,
    metricsPort: read('METRICS_PORT'),
    logLevel: read('LOG_LEVEL') ?? 'warn',
    fakeStepMs: read('SKETCHWIRE_FAKE_STEP_MS') ?? 30,
    loopbackOnly: isLoopbackHost(host),
  })
}

function readVariable<N extends Name>(
  name: N,
  env: Environment,
): v.InferOutput<(typeof VARIABLES)[N]['schema']> | undefined {
  const value = env[name]
  if (value === undefined || value === '') return undefined
  const schema: (typeof VARIABLES)[N]['schema'] = VARIABLES[name].schema
  const parsed = v.safeParse(schema, value)
  if (!parsed.success) throw refuse(name, value)
  return parsed.output
}

function refuse(name: Name, value: string): AppError {
  const message = `${name}=${value} is not ${VARIABLES[name].allowed}. Set it to that, or leave it out for the default.`
  return new AppError('bad_environment', message, { field: name })
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
