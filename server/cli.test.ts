import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { readCommandLine } from './cli.ts'
import { readConfig } from './config.ts'

function config(args: readonly string[], env: Record<string, string> = {}) {
  const line = readCommandLine(args)
  if ('help' in line) throw new Error('asked for help')
  return readConfig(env, line.flags)
}

it('lets an option win over its variable', () => {
  expect(config(['--port', '1234', '--tls-cert=a.pem', '--tls-key', 'b.pem'], { PORT: '1' })).toMatchObject({
    port: 1234,
    tls: { certFile: resolve('a.pem'), keyFile: resolve('b.pem') },
  })
  expect(config([], { PORT: '1' }).port).toBe(1)
})

it('names the option, its value and what is allowed when it is wrong', () => {
  expect(() => config(['--port', 'x'])).toThrow(/^--port=x is not a whole number from 0 to 65535/)
  expect(() => config(['--porte', '1'])).toThrow(/'--porte'.*"--help"/)
  expect(() => config(['--port'])).toThrow(/--port.*"--help"/)
  expect(() => config(['stray'])).toThrow(/stray.*"--help"/)
})

it('lists every option on request, and takes no secret on the command line', () => {
  const line = readCommandLine(['-h'])
  const help = 'help' in line ? line.help : ''
  for (const option of [
    '--port',
    '--host',
    '--model-switch',
    '--tls-cert',
    '--tls-key',
    '--sdxl-port',
    '--help',
  ])
    expect(help).toContain(option)
  expect(() => readCommandLine(['--keys', 'x'])).toThrow()
})
