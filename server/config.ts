// The environment, read once into a frozen Config. Three others touch it, each to set what a library or its loader reads
// there and takes from nowhere else: gateway/uws-head-limit.ts, engine/onnx/no-telemetry.ts and engine/cuda-folder.ts.
import { resolve } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../lib/std/errors.ts'
import { MIN_KEY_CHARS } from './auth/keys.ts'
import { isAddressRange } from './gateway/client-address.ts'
import { isLoopbackHost, isOrigin } from './gateway/origin.ts'
import { Store } from './models/store.ts'
import { readSecretFile } from './secret-file.ts'

export interface Config {
  readonly host: string
  readonly port: number
  readonly engine: 'local' | 'fake'
  /** Folder of the model to start with: with a manifest.json, or in diffusers' ONNX layout. */
  readonly modelDir: string
  /** The folder whose models/ holds the bundled model and those that were installed. */
  readonly modelsRoot: string
  /** Whether a key may change the model for everybody while the server runs. */
  readonly modelSwitch: 'on' | 'off'
  /** Execution provider by name; `undefined` leaves the choice to the engine. */
  readonly provider: string | undefined
  /** What a model with int8 graphs computes in on a CPU; 'auto': what is faster and right there. */
  readonly precision: 'auto' | 'int8' | 'float32'
  readonly threads: number | undefined
  /** `undefined` leaves it to the model's manifest. */
  readonly safetyChecker: 'on' | 'off' | undefined
  readonly slots: number | undefined
  /** Whether pictures share U-Net calls; 'auto': where the provider gains by it. */
  readonly batching: 'on' | 'off' | 'auto'
  /** Bytes the graphs of all open sizes may take in one engine process. */
  readonly memoryBudgetBytes: number | undefined
  readonly origins: readonly string[]
  /** Origins whose pages may frame `/embed`. */
  readonly embedOrigins: readonly string[]
  readonly maxSessions: number
  /** How many of them the tokens of one subject may open. */
  readonly subjectSessions: number
  /** What A1111's progress tells those of who are not one person: what they paint through that API, or at all doors. */
  readonly progress: 'api' | 'all'
  /** Longest the pictures that run when the server is told to stop may take. */
  readonly drainMs: number
  /** How long it serves on before, while `/readyz` says that it stops. */
  readonly drainDelayMs: number
  readonly jobDeadlineMs: number
  readonly metricsPort: number | undefined
  readonly metricsHost: string
  readonly logLevel: (typeof LOG_LEVELS)[number]
  /** Of the fake engine, for tests of slowness. */
  readonly fakeStepMs: number
  readonly loopbackOnly: boolean
  /** Secrets that let in; none: this machine alone may call. */
  readonly keys: readonly string[]
  /** Of the tokens made with a key; `undefined` derives it from the keys. */
  readonly tokenSecret: string | undefined
  /** PEM files; `undefined` speaks plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined
  /** Extra port on which sdxl-websocket's page finds its socket. */
  readonly sdxlPort: number | undefined
  /** Hosts that pictures may be fetched from and webhooks sent to; none: nobody is called. */
  readonly fetchHosts: readonly string[]
  /** Reverse proxies whose X-Forwarded-For is believed: addresses and ranges. */
  readonly trustedProxies: readonly string[]
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const whole = (low: number, high: number) =>
  v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.minValue(low), v.maxValue(high))

/** Megabytes or gigabytes to bytes. */
const memory = v.pipe(
  v.string(),
  v.regex(/^\d{1,6}(\.\d+)? ?[MG]B$/i),
  v.transform((text) => Number.parseFloat(text) * (/GB$/i.test(text) ? 1e9 : 1e6)),
)

const address = {
  allowed: 'an address of this machine, such as 127.0.0.1 or 0.0.0.0',
  schema: v.pipe(v.string(), v.regex(/^[\w.:-]+$/)),
}

const origin = v.pipe(v.string(), v.check(isOrigin))
/** What `frame-ancestors` is told, and `mayEmbed` compares: pages of the web. */
const site = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && new URL(text).origin === text),
)

const key = v.pipe(v.string(), v.minLength(MIN_KEY_CHARS), v.regex(/^[^\s,]+$/))
const fetchHost = v.pipe(v.string(), v.regex(/^(\*\.)?[\w-]+(\.[\w-]+)*(:\d{1,5})?$/))
/** From the folder the program was called in; whole, so that a message about it shows where that was. */
const path = v.pipe(
  v.string(),
  v.transform((text) => resolve(text)),
)
const file = { allowed: 'the path of a PEM file', schema: path }

const hubAddress = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)),
  v.transform((text) => text.replace(/\/+$/, '')),
)

/** Each variable: what it takes, in words for the error message, and its schema. */
const VARIABLES = {
  HOST: address,
  PORT: { allowed: 'a whole number from 0 to 65535 (0 takes a free one)', schema: whole(0, 65535) },
  SKETCHWIRE_KEYS: {
    allowed: `keys separated by commas, each of at least ${MIN_KEY_CHARS} characters ("openssl rand -hex 24" makes one)`,
    schema: v.pipe(v.string(), v.transform(list), v.array(key)),
  },
  SKETCHWIRE_TOKEN_SECRET: {
    allowed: 'a text of at least 32 characters',
    schema: v.pipe(v.string(), v.minLength(32)),
  },
  SKETCHWIRE_KEYS_FILE: { allowed: 'the path of a file with keys', schema: path },
  SKETCHWIRE_TOKEN_SECRET_FILE: { allowed: 'the path of a file with a secret', schema: path },
  SKETCHWIRE_TLS_CERT: file,
  SKETCHWIRE_TLS_KEY: file,
  SKETCHWIRE_SDXL_PORT: {
    allowed: "a whole number from 1 to 65535 (sdxl-websocket's own page asks for 50217)",
    schema: whole(1, 65535),
  },
  SKETCHWIRE_FETCH_HOSTS: {
    allowed: 'hosts separated by commas, such as cdn.example.org or *.example.org',
    schema: v.pipe(v.string(), v.transform(list), v.array(fetchHost)),
  },
  SKETCHWIRE_TRUSTED_PROXIES: {
    allowed: 'addresses or ranges of reverse proxies separated by commas, such as 127.0.0.1 or 10.0.0.0/8',
    schema: v.pipe(v.string(), v.transform(list), v.array(v.pipe(v.string(), v.check(isAddressRange)))),
  },
  SKETCHWIRE_ENGINE: { allowed: 'local, or fake outside production', schema: v.picklist(['local', 'fake']) },
  SKETCHWIRE_MODEL: { allowed: 'the folder of a model', schema: path },
  SKETCHWIRE_MODEL_SWITCH: { allowed: 'on or off', schema: v.picklist(['on', 'off']) },
  SKETCHWIRE_PROVIDER: {
    allowed: 'the name of an execution provider, such as cpu, webgpu or cuda',
    schema: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
  },
  SKETCHWIRE_SAFETY_CHECKER: { allowed: 'on or off', schema: v.picklist(['on', 'off']) },
  SKETCHWIRE_PRECISION: {
    allowed: 'auto, int8 or float32',
    schema: v.picklist(['auto', 'int8', 'float32']),
  },
  SKETCHWIRE_THREADS: { allowed: 'a whole number from 1 to 256', schema: whole(1, 256) },
  SKETCHWIRE_SLOTS: { allowed: 'a whole number from 1 to 64', schema: whole(1, 64) },
  SKETCHWIRE_BATCHING: { allowed: 'on, off or auto', schema: v.picklist(['on', 'off', 'auto']) },
  SKETCHWIRE_MEMORY_BUDGET: { allowed: 'an amount of memory such as 800MB or 6GB', schema: memory },
  SKETCHWIRE_ORIGINS: {
    allowed: 'origins separated by commas, such as https://draw.example.org or tauri://localhost',
    schema: v.pipe(v.string(), v.transform(list), v.array(origin)),
  },
  SKETCHWIRE_EMBED_ORIGINS: {
    allowed: 'origins separated by commas, such as https://blog.example.org',
    schema: v.pipe(v.string(), v.transform(list), v.array(site)),
  },
  SKETCHWIRE_MAX_SESSIONS: { allowed: 'a whole number from 1 to 10000', schema: whole(1, 10_000) },
  SKETCHWIRE_SUBJECT_SESSIONS: { allowed: 'a whole number from 1 to 10000', schema: whole(1, 10_000) },
  SKETCHWIRE_PROGRESS: { allowed: 'api or all', schema: v.picklist(['api', 'all']) },
  SKETCHWIRE_DRAIN_MS: { allowed: 'a whole number from 0 to 600000', schema: whole(0, 600_000) },
  SKETCHWIRE_DRAIN_DELAY_MS: { allowed: 'a whole number from 0 to 600000', schema: whole(0, 600_000) },
  SKETCHWIRE_JOB_DEADLINE_MS: { allowed: 'a whole number from 1000 to 600000', schema: whole(1000, 600_000) },
  SKETCHWIRE_FAKE_STEP_MS: { allowed: 'a whole number from 0 to 60000', schema: whole(0, 60_000) },
  SKETCHWIRE_HUB: { allowed: 'the http(s) address of a model hub', schema: hubAddress },
  HF_ENDPOINT: { allowed: 'the http(s) address of a model hub', schema: hubAddress },
  HF_TOKEN: { allowed: 'a token of the model hub', schema: v.pipe(v.string(), v.regex(/^[\w.-]+$/)) },
  SKETCHWIRE_MODELS_ROOT: { allowed: 'a folder with a models folder in it', schema: path },
  METRICS_HOST: address,
  METRICS_PORT: { allowed: 'a whole number from 1 to 65535', schema: whole(1, 65535) },
  LOG_LEVEL: { allowed: LOG_LEVELS.join(', '), schema: v.picklist(LOG_LEVELS) },
} as const

export type Name = keyof typeof VARIABLES
type Environment = Readonly<Record<string, string | undefined>>

/** Said on the command line, which wins over the environment; the name it goes by there. */
type Flags = Readonly<Partial<Record<Name, { readonly flag: string; readonly value: string }>>>

/**
 * Throws AppError `bad_environment` that names the variable or option, its value, what is allowed and the remedy.
 *
 * @param flags what the command line said (cli.ts)
 * @param root the folder whose models/ holds the bundled model, and the choice that `npm run models -- use` wrote
 */
export function readConfig(env: Environment = process.env, flags: Flags = {}, root = process.cwd()): Config {
  const source: Source = { env, flags }
  const read = <N extends Name>(name: N) => readVariable(name, source)
  const host = read('HOST') ?? '127.0.0.1'
  const engine = read('SKETCHWIRE_ENGINE') ?? 'local'
  const modelsRoot = read('SKETCHWIRE_MODELS_ROOT') ?? root
  const store = new Store(modelsRoot)
  const maxSessions = read('SKETCHWIRE_MAX_SESSIONS') ?? 64
  if (engine === 'fake' && env['NODE_ENV'] === 'production') throw refuse('SKETCHWIRE_ENGINE', source)
  const config = {
    host,
    port: read('PORT') ?? 7878,
    engine,
    modelDir: read('SKETCHWIRE_MODEL') ?? store.folderOf(store.chosen()),
    modelsRoot,
    modelSwitch: read('SKETCHWIRE_MODEL_SWITCH') ?? 'on',
    provider: read('SKETCHWIRE_PROVIDER'),
    precision: read('SKETCHWIRE_PRECISION') ?? 'auto',
    threads: read('SKETCHWIRE_THREADS'),
    safetyChecker: read('SKETCHWIRE_SAFETY_CHECKER'),
    slots: read('SKETCHWIRE_SLOTS'),
    batching: read('SKETCHWIRE_BATCHING') ?? 'auto',
    memoryBudgetBytes: read('SKETCHWIRE_MEMORY_BUDGET'),
    maxSessions,
    subjectSessions: read('SKETCHWIRE_SUBJECT_SESSIONS') ?? Math.ceil(maxSessions / 2),
    progress: read('SKETCHWIRE_PROGRESS') ?? 'api',
    drainMs: read('SKETCHWIRE_DRAIN_MS') ?? 5000,
    drainDelayMs: read('SKETCHWIRE_DRAIN_DELAY_MS') ?? 0,
    jobDeadlineMs: read('SKETCHWIRE_JOB_DEADLINE_MS') ?? 60_000,
    metricsPort: read('METRICS_PORT'),
    metricsHost: read('METRICS_HOST') ?? '127.0.0.1',
    logLevel: read('LOG_LEVEL') ?? 'warn',
    fakeStepMs: read('SKETCHWIRE_FAKE_STEP_MS') ?? 30,
    loopbackOnly: isLoopbackHost(host),
    sdxlPort: read('SKETCHWIRE_SDXL_PORT'),
    ...accessConfig(source),
  } satisfies Config
  if (!config.loopbackOnly && config.keys.length === 0) throw openToAll(host)
  return Object.freeze(config)
}

/** Who may call this server, how that is proved, and whom it may call. */
function accessConfig(source: Source) {
  const read = <N extends Name>(name: N) => readVariable(name, source)
  return {
    origins: read('SKETCHWIRE_ORIGINS') ?? [],
    embedOrigins: read('SKETCHWIRE_EMBED_ORIGINS') ?? [],
    keys: readSecret('SKETCHWIRE_KEYS', source) ?? [],
    tokenSecret: readSecret('SKETCHWIRE_TOKEN_SECRET', source),
    tls: bothOrNone(read('SKETCHWIRE_TLS_CERT'), read('SKETCHWIRE_TLS_KEY')),
    fetchHosts: read('SKETCHWIRE_FETCH_HOSTS') ?? [],
    trustedProxies: read('SKETCHWIRE_TRUSTED_PROXIES') ?? [],
  } satisfies Partial<Config>
}

export interface HubConfig {
  readonly url: string
  readonly token: string | undefined
  /** The repository's folder, when it is not the one this program is in. */
  readonly root?: string
}

/** Where `npm run models` downloads from; a mirror is named as for Hugging Face's own tools. */
export function readHubConfig(env: Environment = process.env): HubConfig {
  const read = <N extends Name>(name: N) => readVariable(name, { env, flags: {} })
  const root = read('SKETCHWIRE_MODELS_ROOT')
  return {
    url: read('SKETCHWIRE_HUB') ?? read('HF_ENDPOINT') ?? 'https://huggingface.co',
    token: read('HF_TOKEN'),
    ...(root === undefined ? {} : { root }),
  }
}

function bothOrNone(certFile: string | undefined, keyFile: string | undefined): Config['tls'] {
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile }
  if (certFile === undefined && keyFile === undefined) return undefined
  const missing =
    certFile === undefined ? 'SKETCHWIRE_TLS_CERT (--tls-cert)' : 'SKETCHWIRE_TLS_KEY (--tls-key)'
  throw new AppError(
    'bad_environment',
    `TLS needs a certificate and its key: set ${missing} too, or neither.`,
  )
}

function openToAll(host: string): AppError {
  const message =
    `HOST=${host} would let anyone who reaches this machine use it: set SKETCHWIRE_KEYS to a secret of at least ` +
    `${MIN_KEY_CHARS} characters ("openssl rand -hex 24" makes one), or leave HOST out to serve this machine alone.`
  return new AppError('bad_environment', message, { field: 'SKETCHWIRE_KEYS' })
}

interface Source {
  readonly env: Environment
  readonly flags: Flags
  /** Names the file that a value was read from. */
  readonly inFile?: string
}

function readVariable<N extends Name>(
  name: N,
  source: Source,
): v.InferOutput<(typeof VARIABLES)[N]['schema']> | undefined {
  const value = source.flags[name]?.value ?? source.env[name]
  if (value === undefined || value === '') return undefined
  const schema: (typeof VARIABLES)[N]['schema'] = VARIABLES[name].schema
  const parsed = v.safeParse(schema, value)
  if (!parsed.success) throw refuse(name, source)
  return parsed.output
}

type FileSecret = 'SKETCHWIRE_KEYS' | 'SKETCHWIRE_TOKEN_SECRET'

function readSecret<N extends FileSecret>(name: N, source: Source) {
  return readVariable(name, withItsFile(name, source))
}

/** Where the secret is said: in its own variable, or in the file that another one names. */
function withItsFile(name: FileSecret, source: Source): Source {
  const setting = `${name}_FILE` as const
  const kept = readVariable(setting, source)
  if (kept === undefined) return source
  if (source.env[name]) {
    const message = `${name} and ${setting} are both set, and only one can be meant: leave one of them out.`
    throw new AppError('bad_environment', message, { field: setting })
  }
  const inFile = `${setting}=${kept}: what is in it`
  return { env: { [name]: readSecretFile(kept, setting) }, flags: {}, inFile }
}

/** Secrets are not repeated: error messages end up in logs. */
const SECRETS: readonly Name[] = ['SKETCHWIRE_KEYS', 'SKETCHWIRE_TOKEN_SECRET', 'HF_TOKEN']

/**
 * Takes them out of what the processes that are started from here on inherit: a library that reads a model has no use for
 * a key.
 */
export function keepSecretsFromChildren(env: NodeJS.ProcessEnv = process.env): void {
  for (const name of SECRETS) delete env[name]
}

/** What a program inherits, with more. */
export function environmentWith(more: NodeJS.ProcessEnv, env = process.env): NodeJS.ProcessEnv {
  return { ...env, ...more }
}

/** What a program inherits that is started without some of it. @param names of what it must not heed. */
export function environmentWithout(names: RegExp, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.test(name)))
}

function refuse(name: Name, { env, flags, inFile }: Source): AppError {
  const said = flags[name]
  const value = SECRETS.includes(name) ? '...' : (said?.value ?? env[name])
  const what = inFile ?? (said ? `--${said.flag}=${value}` : `${name}=${value}`)
  const message = `${what} is not ${VARIABLES[name].allowed}. Set it to that, or leave it out for the default.`
  return new AppError('bad_environment', message, { field: name })
}

function list(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

/**
 * For glibc's allocator in the processes that are started from here on; others do not look. By default every thread has
 * an arena of its own, and buffers of a picture's size come from the heap once one was freed: ten minutes of drawing
 * grew the engine's process by 24 MB, with these the server by 1 MB. What the operator has set stays.
 */
export function keepMemoryOfChildren(env: NodeJS.ProcessEnv = process.env): void {
  env.MALLOC_ARENA_MAX ??= '2'
  env.MALLOC_MMAP_THRESHOLD_ ??= '262144'
}
