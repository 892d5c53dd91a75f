import { expect, it } from 'vitest'
import { keepMemoryOfChildren, readConfig } from './config.ts'

it('has defaults for everything', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 7878,
    engine: 'local',
    modelDir: 'models/pocket',
    origins: [],
    metricsPort: undefined,
    loopbackOnly: true,
  })
})

it('reads every variable', () => {
  const env = {
    HOST: '0.0.0.0',
    PORT: '0',
    SKETCHWIRE_ORIGINS: 'https://a.example, http://b.example:81',
    SKETCHWIRE_THREADS: '2',
    METRICS_PORT: '9464',
    LOG_LEVEL: 'debug',
    SKETCHWIRE_KEYS: 'first-key-0123456789, second-key-012345678',
    SKETCHWIRE_FETCH_HOSTS: 'cdn.example.org,*.example.net:8443',
    SKETCHWIRE_SDXL_PORT: '50217',
    SKETCHWIRE_TRUSTED_PROXIES: '127.0.0.1, fd00::/8',
    SKETCHWIRE_BATCHING: 'on',
    SKETCHWIRE_PRECISION: 'int8',
    SKETCHWIRE_MEMORY_BUDGET: '1.5 GB',
  }
  expect(readConfig(env)).toMatchObject({
    host: '0.0.0.0',
    port: 0,
    origins: ['https://a.example', 'http://b.example:81'],
    threads: 2,
    metricsPort: 9464,
    logLevel: 'debug',
    loopbackOnly: false,
    keys: ['first-key-0123456789', 'second-key-012345678'],
    fetchHosts: ['cdn.example.org', '*.example.net:8443'],
    sdxlPort: 50217,
    trustedProxies: ['127.0.0.1', 'fd00::/8'],
    batching: 'on',
    precision: 'int8',
    memoryBudgetBytes: 1.5e9,
  })
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
