// The command line: every option is a variable of the environment by another name.
import { parseArgs } from 'node:util'
import { AppError, messageOf } from '../lib/std/errors.ts'
import type { Name } from './config.ts'

interface Option {
  readonly name: Name
  readonly value: string
  readonly help: string
}

const OPTIONS: Readonly<Record<string, Option>> = {
  port: { name: 'PORT', value: 'NUMBER', help: 'port to listen on (7878; 0 takes a free one)' },
  host: {
    name: 'HOST',
    value: 'ADDRESS',
    help: 'address to listen on (127.0.0.1; others need SKETCHWIRE_KEYS)',
  },
  model: { name: 'SKETCHWIRE_MODEL', value: 'FOLDER', help: 'model folder (models/pocket)' },
  'model-switch': {
    name: 'SKETCHWIRE_MODEL_SWITCH',
    value: 'on|off',
    help: 'whether a key may change the model while the server runs (on)',
  },
  provider: {
    name: 'SKETCHWIRE_PROVIDER',
    value: 'NAME',
    help: 'execution provider, such as cpu, webgpu or cuda',
  },
  'safety-checker': {
    name: 'SKETCHWIRE_SAFETY_CHECKER',
    value: 'on|off',
    help: "the model's safety checker blanks pictures (as its manifest says)",
  },
  precision: {
    name: 'SKETCHWIRE_PRECISION',
    value: 'NAME',
    help: 'int8, float32 or auto (int8 on a CPU that is faster with it)',
  },
  threads: { name: 'SKETCHWIRE_THREADS', value: 'NUMBER', help: 'threads of one run' },
  slots: { name: 'SKETCHWIRE_SLOTS', value: 'NUMBER', help: 'engine processes, each with the model (1)' },
  batching: {
    name: 'SKETCHWIRE_BATCHING',
    value: 'MODE',
    help: 'pictures share U-Net calls: on, off or auto (on cuda and webgpu)',
  },
  'memory-budget': {
    name: 'SKETCHWIRE_MEMORY_BUDGET',
    value: 'AMOUNT',
    help: "for the graphs of a model's sizes, such as 6GB (half of the memory)",
  },
  origins: { name: 'SKETCHWIRE_ORIGINS', value: 'LIST', help: 'origins of pages that may call' },
  'fetch-hosts': {
    name: 'SKETCHWIRE_FETCH_HOSTS',
    value: 'LIST',
    help: 'hosts for pictures by address and for webhooks',
  },
  'trusted-proxies': {
    name: 'SKETCHWIRE_TRUSTED_PROXIES',
    value: 'LIST',
    help: 'reverse proxies whose X-Forwarded-For is believed',
  },
  'tls-cert': {
    name: 'SKETCHWIRE_TLS_CERT',
    value: 'FILE',
    help: 'certificate chain, PEM: speak https and wss',
  },
  'tls-key': { name: 'SKETCHWIRE_TLS_KEY', value: 'FILE', help: 'private key of the certificate, PEM' },
  'sdxl-port': {
    name: 'SKETCHWIRE_SDXL_PORT',
    value: 'NUMBER',
    help: "extra port for sdxl-websocket's page, which asks for 50217 (none)",
  },
  'metrics-port': { name: 'METRICS_PORT', value: 'NUMBER', help: 'port for Prometheus' },
  'metrics-host': { name: 'METRICS_HOST', value: 'ADDRESS', help: 'address of that port (127.0.0.1)' },
  'log-level': {
    name: 'LOG_LEVEL',
    value: 'LEVEL',
    help: 'fatal, error, warn, info, debug, trace or silent',
  },
}

export type CommandLine =
  | { readonly help: string }
  | { readonly flags: Readonly<Partial<Record<Name, { readonly flag: string; readonly value: string }>>> }

/** Throws AppError `bad_option` on an option that is none. Secrets have no option: the list of processes shows them. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const options = Object.fromEntries(Object.keys(OPTIONS).map((flag) => [flag, { type: 'string' as const }]))
  let values: Readonly<Record<string, string | boolean | undefined>>
  try {
    values = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    }).values
  } catch (cause) {
    const [said = ''] = messageOf(cause).split('. ')
    throw new AppError('bad_option', `${said}. "--help" lists the options.`, { cause })
  }
  if (values['help']) return { help: help() }
  const flags = Object.entries(OPTIONS).flatMap(([flag, { name }]) => {
    const value = values[flag]
    return typeof value === 'string' ? [[name, { flag, value }] as const] : []
  })
  return { flags: Object.fromEntries(flags) }
}

function help(): string {
  const lines = Object.entries(OPTIONS).map(
    ([flag, { value, help }]) => `  ${`--${flag} ${value}`.padEnd(24)} ${help}`,
  )
  return [
    'Sketchwire: draw on the left, watch it rendered on the right.',
    '',
    'npm start -- [options]',
    '',
    ...lines,
    `  ${'--help'.padEnd(24)} this list`,
    '',
    'Keys come from SKETCHWIRE_KEYS or SKETCHWIRE_KEYS_FILE, never from an option. All variables: docs/server.md',
    '',
  ].join('\n')
}
