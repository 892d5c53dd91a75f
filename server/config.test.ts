import { expect, it } from 'vitest'
import { readConfig } from './config.ts'

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
  }
  expect(readConfig(env)).toMatchObject({
    host: '0.0.0.0',
    port: 0,
    origins: ['https://a.example', 'http://b.example:81'],
    threads: 2,
    metricsPort: 9464,
    logLevel: 'debug',
    loopbackOnly: false,
  })
})

it('takes an empty variable for one that is not set', () => {
  expect(readConfig({ PORT: '' }).port).toBe(7878)
})

it.each([
  ['PORT', 'abc', /0 to 65535/],
  ['PORT', '70000', /0 to 65535/],
  ['PORT', '-1', /0 to 65535/],
  ['PORT', '80.5', /0 to 65535/],
  ['SKETCHWIRE_SLOTS', '0', /1 to 64/],
  ['SKETCHWIRE_ORIGINS', 'example.org', /https:\/\/draw/],
  ['SKETCHWIRE_EMBED_ORIGINS', '*', /https:\/\/blog/],
  ['SKETCHWIRE_ORIGINS', 'https://example.org/page', /https:\/\/draw/],
  ['SKETCHWIRE_ENGINE', 'cloud', /local/],
  ['LOG_LEVEL', 'loud', /debug/],
])('refuses %s=%s, naming the variable, the value and what is allowed', (name, value, allowed) => {
  expect(() => readConfig({ [name]: value })).toThrow(allowed)
  expect(() => readConfig({ [name]: value })).toThrow(`${name}=${value}`)
  expect(() => readConfig({ [name]: value })).toThrow(/leave it out/)
})

it('never runs the fake engine in production', () => {
  expect(readConfig({ SKETCHWIRE_ENGINE: 'fake' }).engine).toBe('fake')
  expect(() => readConfig({ SKETCHWIRE_ENGINE: 'fake', NODE_ENV: 'production' })).toThrow(/fake/)
})
