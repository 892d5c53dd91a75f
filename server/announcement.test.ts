import { describe, expect, it } from 'vitest'
import { announcement } from './announcement.ts'
import type { Listening, MachineAddress } from './announcement.ts'

const ADDRESSES: readonly MachineAddress[] = [
  { address: '127.0.0.1', family: 'IPv4', internal: true },
  { address: '::1', family: 'IPv6', internal: true },
  { address: '192.168.1.5', family: 'IPv4', internal: false },
  { address: 'fd00::2', family: 'IPv6', internal: false },
  { address: 'fe80::fc:ff:fe00:1', family: 'IPv6', internal: false },
]

function said(listening: Partial<Listening>): string[] {
  const all = { scheme: 'http', host: '127.0.0.1', port: 7878, ...listening } as const
  return announcement(all, ADDRESSES).split('\n').slice(0, -1)
}

describe('announcement', () => {
  it('says one line on a server for this machine, or for one address or name', () => {
    for (const host of ['127.0.0.1', '::1', 'localhost'])
      expect(said({ host })).toEqual(['Sketchwire is at http://localhost:7878'])
    // Where `localhost` does not lead.
    expect(said({ host: '127.0.0.2' })).toEqual(['Sketchwire is at http://127.0.0.2:7878'])
    expect(said({ host: '192.168.1.5', scheme: 'https' })).toEqual([
      'Sketchwire is at https://192.168.1.5:7878',
    ])
    expect(said({ host: 'fd00::2' })).toEqual(['Sketchwire is at http://[fd00::2]:7878'])
  })

  it('names the addresses for other devices where it listens on all of version 4', () => {
    expect(said({ host: '0.0.0.0', port: 8000 })).toEqual([
      'Sketchwire is at http://localhost:8000',
      'On other devices: http://192.168.1.5:8000',
    ])
  })

  it('names those of version 6 too where it listens there, but none that is good on one link alone', () => {
    expect(said({ host: '::', scheme: 'https' })).toEqual([
      'Sketchwire is at https://localhost:7878',
      'On other devices: https://192.168.1.5:7878',
      'On other devices: https://[fd00::2]:7878',
    ])
  })

  it('asks the machine itself unless told', () => {
    const listening = { scheme: 'http', host: '0.0.0.0', port: 7878 } as const
    expect(announcement(listening)).toMatch(/^Sketchwire is at http:\/\/localhost:7878\n/)
  })
})
