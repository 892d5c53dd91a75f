import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { keepMemoryOfChildren, keepSecretsFromChildren, readConfig, readHubConfig } from './config.ts'
import type { Config, HubConfig, Name } from './config.ts'

it('has defaults for everything', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 7878,
    engine: 'local',
    modelDir: join(process.cwd(), 'models/pocket'),
    origins: [],
    metricsPort: undefined,
    modelSwitch: 'on',
    loopbackOnly: true,
  })
})

type Env = Record<string, string>
const KEY = 'first-key-0123456789'
const SECRET = 's'.repeat(32)
const folder = mkdtempSync(join(tmpdir(), 'config-'))
afterAll(() => rmSync(folder, { recursive: true }))
function fileOf(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const config =
  <N extends keyof Config>(name: N) =>
  (env: Env) =>
    readConfig(env)[name]
const hub = (name: keyof HubConfig) => (env: Env) => readHubConfig(env)[name]
const tls = (name: 'certFile' | 'keyFile') => (env: Env) =>
  readConfig({ SKETCHWIRE_TLS_CERT: 'c.pem', SKETCHWIRE_TLS_KEY: 'k.pem', ...env }).tls?.[name]

/** For every variable there is: a value, where it is read to, and what is found there. The compiler misses none. */
const VARIABLES: Record<Name, readonly [value: string, read: (env: Env) => unknown, found: unknown]> = {
  HOST: ['0.0.0.0', (env) => readConfig({ ...env, SKETCHWIRE_KEYS: KEY }).host, '0.0.0.0'],
  PORT: ['0', config('port'), 0],
  SKETCHWIRE_KEYS: [`${KEY}, second-key-012345678`, config('keys'), [KEY, 'second-key-012345678']],
  SKETCHWIRE_KEYS_FILE: [
    fileOf('keys', `${KEY}\r\n\n  ${KEY}-2, ${KEY}-3\n`),
    config('keys'),
    [KEY, `${KEY}-2`, `${KEY}-3`],
  ],
  SKETCHWIRE_TOKEN_SECRET: [SECRET, config('tokenSecret'), SECRET],
  SKETCHWIRE_TOKEN_SECRET_FILE: [fileOf('secret', `${SECRET}\n`), config('tokenSecret'), SECRET],
  SKETCHWIRE_TLS_CERT: ['cert.pem', tls('certFile'), resolve('cert.pem')],
  SKETCHWIRE_TLS_KEY: ['key.pem', tls('keyFile'), resolve('key.pem')],
  SKETCHWIRE_SDXL_PORT: ['50217', config('sdxlPort'), 50217],
  SKETCHWIRE_FETCH_HOSTS: [
    'cdn.example.org,*.example.net:8443',
    config('fetchHosts'),
    ['cdn.example.org', '*.example.net:8443'],
  ],
  SKETCHWIRE_TRUSTED_PROXIES: ['127.0.0.1, fd00::/8', config('trustedProxies'), ['127.0.0.1', 'fd00::/8']],
  SKETCHWIRE_ENGINE: ['fake', config('engine'), 'fake'],
  SKETCHWIRE_MODEL: ['models/other', config('modelDir'), resolve('models/other')],
  SKETCHWIRE_MODEL_SWITCH: ['off', config('modelSwitch'), 'off'],
  SKETCHWIRE_PROVIDER: ['webgpu', config('provider'), 'webgpu'],
  SKETCHWIRE_SAFETY_CHECKER: ['off', config('safetyChecker'), 'off'],
  SKETCHWIRE_PRECISION: ['int8', config('precision'), 'int8'],
  SKETCHWIRE_THREADS: ['2', config('threads'), 2],
  SKETCHWIRE_SLOTS: ['3', config('slots'), 3],
  SKETCHWIRE_BATCHING: ['on', config('batching'), 'on'],
  SKETCHWIRE_MEMORY_BUDGET: ['1.5 GB', config('memoryBudgetBytes'), 1.5e9],
  SKETCHWIRE_ORIGINS: [
    'https://a.example, http://b.example:81,app://obsidian.md',
    config('origins'),
    ['https://a.example', 'http://b.example:81', 'app://obsidian.md'],
  ],
  SKETCHWIRE_EMBED_ORIGINS: ['https://blog.example', config('embedOrigins'), ['https://blog.example']],
  SKETCHWIRE_MAX_SESSIONS: ['5', config('maxSessions'), 5],
  SKETCHWIRE_SUBJECT_SESSIONS: ['3', config('subjectSessions'), 3],
  SKETCHWIRE_PROGRESS: ['all', config('progress'), 'all'],
  SKETCHWIRE_DRAIN_MS: ['60000', config('drainMs'), 60_000],
  SKETCHWIRE_DRAIN_DELAY_MS: ['15000', config('drainDelayMs'), 15_000],
  SKETCHWIRE_JOB_DEADLINE_MS: ['1000', config('jobDeadlineMs'), 1000],
  SKETCHWIRE_FAKE_STEP_MS: ['7', config('fakeStepMs'), 7],
  SKETCHWIRE_HUB: ['https://hub.example/', hub('url'), 'https://hub.example'],
  HF_ENDPOINT: ['https://mirror.example', hub('url'), 'https://mirror.example'],
  HF_TOKEN: ['hf_0123', hub('token'), 'hf_0123'],
  SKETCHWIRE_MODELS_ROOT: [
    'no-such-folder',
    (env) => [config('modelsRoot')(env), hub('root')(env)],
    [resolve('no-such-folder'), resolve('no-such-folder')],
  ],
  METRICS_HOST: ['0.0.0.0', config('metricsHost'), '0.0.0.0'],
  METRICS_PORT: ['9464', config('metricsPort'), 9464],
  LOG_LEVEL: ['debug', config('logLevel'), 'debug'],
}

it.each(Object.entries(VARIABLES))('reads %s', (name, [value, read, found]) => {
  expect(read({ [name]: value })).toEqual(found)
  expect(read({})).not.toEqual(found)
})

it('listens to others than this machine where it was told to', () => {
  expect(readConfig({ HOST: '0.0.0.0', SKETCHWIRE_KEYS: KEY }).loopbackOnly).toBe(false)
})

it('takes an empty variable for one that is not set', () => {
  expect(readConfig({ PORT: '' }).port).toBe(7878)
})

it.each([
  ['PORT', 'abc', /0 to 65535/],
  ['SKETCHWIRE_TRUSTED_PROXIES', 'proxy.example', /10\.0\.0\.0\/8/],
  ['PORT', '70000', /0 to 65535/],
  ['PORT', '-1', /0 to 65535/],
  ['PORT', '80.5', /0 to 65535/],
  ['SKETCHWIRE_SLOTS', '0', /1 to 64/],
  ['SKETCHWIRE_BATCHING', 'yes', /on, off or auto/],
  ['SKETCHWIRE_PRECISION', 'float16', /auto, int8 or float32/],
  ['SKETCHWIRE_MEMORY_BUDGET', '6', /800MB or 6GB/],
  ['SKETCHWIRE_ORIGINS', 'example.org', /https:\/\/draw/],
  ['SKETCHWIRE_EMBED_ORIGINS', '*', /https:\/\/blog/],
  ['SKETCHWIRE_EMBED_ORIGINS', 'tauri://localhost', /https:\/\/blog/],
  ['SKETCHWIRE_ORIGINS', 'tauri://localhost/', /tauri:\/\/localhost\./],
  ['SKETCHWIRE_ORIGINS', 'https://example.org/page', /https:\/\/draw/],
  ['SKETCHWIRE_ENGINE', 'cloud', /local/],
  ['LOG_LEVEL', 'loud', /debug/],
  ['SKETCHWIRE_FETCH_HOSTS', 'https://example.org', /cdn\.example\.org/],
])('refuses %s=%s, naming the variable, the value and what is allowed', (name, value, allowed) => {
  expect(() => readConfig({ [name]: value })).toThrow(allowed)
  expect(() => readConfig({ [name]: value })).toThrow(`${name}=${value}`)
  expect(() => readConfig({ [name]: value })).toThrow(/leave it out/)
})

it('never runs the fake engine in production', () => {
  expect(readConfig({ SKETCHWIRE_ENGINE: 'fake' }).engine).toBe('fake')
  expect(() => readConfig({ SKETCHWIRE_ENGINE: 'fake', NODE_ENV: 'production' })).toThrow(/fake/)
})

it.each(['0.0.0.0', '::', '192.168.1.20', 'draw.example.org'])(
  'refuses to listen on %s without keys, in one sentence with the remedy',
  (HOST) => {
    expect(() => readConfig({ HOST })).toThrow(/^HOST=.* SKETCHWIRE_KEYS .*leave HOST out[^\n]*$/)
    expect(readConfig({ HOST, SKETCHWIRE_KEYS: 'first-key-0123456789' }).host).toBe(HOST)
  },
)

it.each(['short', 'first-key-0123456789,short', 'with a space in it all'])(
  'refuses the keys "%s" without repeating them',
  (keys) => {
    expect(() => readConfig({ SKETCHWIRE_KEYS: keys })).toThrow(/SKETCHWIRE_KEYS=\.\.\. is not keys .* 16 /)
  },
)

it('takes a certificate and its key together or not at all', () => {
  expect(() => readConfig({ SKETCHWIRE_TLS_CERT: 'a.pem' })).toThrow(/SKETCHWIRE_TLS_KEY/)
  expect(() => readConfig({ SKETCHWIRE_TLS_KEY: 'a.pem' })).toThrow(/SKETCHWIRE_TLS_CERT/)
})

it('sets the allocator of its children, unless the operator has', () => {
  const env = { MALLOC_ARENA_MAX: '8' }
  keepMemoryOfChildren(env)
  expect(env).toEqual({ MALLOC_ARENA_MAX: '8', MALLOC_MMAP_THRESHOLD_: '262144' })
})

it('reads a file of keys as the PowerShell of Windows writes one', () => {
  const utf16 = Buffer.from(`\ufeff${KEY}\r\n`, 'utf16le')
  expect(readConfig({ SKETCHWIRE_KEYS_FILE: fileOf('utf16', utf16) }).keys).toEqual([KEY])
})

it('refuses a file of keys that is gone, empty or holds none, and keys in both places, and shows no key', () => {
  const read = (SKETCHWIRE_KEYS_FILE: string, env: Env = {}) => readConfig({ SKETCHWIRE_KEYS_FILE, ...env })
  expect(() => read(join(folder, 'none'))).toThrow(
    /^SKETCHWIRE_KEYS_FILE=.*none cannot be read \(ENOENT.*leave/,
  )
  // Not "no keys": that would let everybody on this machine in.
  expect(() => read(fileOf('empty', ' \n'))).toThrow(/^SKETCHWIRE_KEYS_FILE=.*empty is empty: put/)
  expect(() => read(fileOf('short', 'short'))).toThrow(/^SKETCHWIRE_KEYS_FILE=\S+: what is in it is not keys/)
  expect(() => read(fileOf('keys', KEY), { SKETCHWIRE_KEYS: KEY })).toThrow(
    /^SKETCHWIRE_KEYS and SKETCHWIRE_KEYS_FILE are both set[^0-9]*$/,
  )
})

it('takes keys and tokens out of what its children inherit', () => {
  const env = { SKETCHWIRE_KEYS: KEY, SKETCHWIRE_TOKEN_SECRET: SECRET, HF_TOKEN: 'hf_0123', PORT: '1' }
  keepSecretsFromChildren(env)
  expect(env).toEqual({ PORT: '1' })
})
