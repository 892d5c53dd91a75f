// What the server prints once it can be used: the address for this machine, and those by which other devices reach it.
import { networkInterfaces } from 'node:os'

export interface Listening {
  readonly scheme: 'http' | 'https'
  /** What was listened on, as in `HOST`. */
  readonly host: string
  readonly port: number
}

/** An address of this machine, as `os.networkInterfaces()` tells it. */
export interface MachineAddress {
  readonly address: string
  readonly family: 'IPv4' | 'IPv6'
  readonly internal: boolean
}

/** Lines with an end each. */
export function announcement(listening: Listening, addresses = machineAddresses()): string {
  const { scheme, host, port } = listening
  const at = (name: string) => `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`
  const isEverywhere = ANY_ADDRESS.test(host)
  const lines = [`Sketchwire is at ${at(isEverywhere || LOCALHOST.has(host) ? 'localhost' : host)}`]
  const others = isEverywhere ? addresses.filter((one) => isReachable(one, host.includes(':'))) : []
  return [...lines, ...others.map(({ address }) => `On other devices: ${at(address)}`)]
    .map((line) => `${line}\n`)
    .join('')
}

/** `0.0.0.0` and `::`, however they are written. The second takes calls to addresses of version 4 too. */
const ANY_ADDRESS = /^[0.:]+$/

/** What `localhost` leads to; other loopback addresses (`127.0.0.2`) it does not. */
const LOCALHOST: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

/** Link-local addresses of version 6 need the name of an interface behind them, which browsers do not take. */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i

function isReachable({ address, family, internal }: MachineAddress, isVersion6Heard: boolean): boolean {
  return !internal && (family === 'IPv4' || (isVersion6Heard && !LINK_LOCAL.test(address)))
}

function machineAddresses(): readonly MachineAddress[] {
  try {
    return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  } catch {
    // Some sandboxes forbid the question; the server does not depend on the answer.
    return []
  }
}
