import { X509Certificate } from 'node:crypto'
import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { CertificateWatch } from './certificate-watch.ts'
import { FakeClock } from '../../lib/std/testing/fake-clock.ts'
import { makeCertificateFor } from '../testing/tls-proxy.ts'

const DAY_MS = 86_400_000
const made = [90, 180, 6].map((days) => makeCertificateFor(days, ['localhost']))
const [usual, renewed, short] = made.map(({ cert }) => cert) as [string, string, string]
afterAll(() => made.forEach(({ folder }) => rmSync(folder, { recursive: true })))

let clock = new FakeClock()
beforeEach(() => (clock = new FakeClock()))

/** @param leftDays how long the certificate is good for when the server starts */
function watch(leftDays: number, certFile = usual) {
  const said: string[] = []
  const startMs = Date.parse(new X509Certificate(readFileSync(certFile)).validTo) - leftDays * DAY_MS
  const options = { certFile, clock, epochMs: () => startMs + clock.now() }
  const watched = new CertificateWatch({ ...options, warn: (sentence) => void said.push(sentence) })
  return { said, watched }
}

it('says nothing while there is time, and then every day when it ends', () => {
  const { said, watched } = watch(15.5)
  clock.advance(DAY_MS)
  expect(said).toEqual([])
  clock.advance(3 * DAY_MS)
  const ends = new Date(watched.endsAtMs).toISOString().slice(0, 10)
  const sentence = `The TLS certificate in use ends on ${ends}. Renew ${usual}, then restart the server, which reads it at start alone.`
  expect(said).toEqual([sentence, sentence, sentence])
  watched[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})

it('says at start that it has ended', () => {
  expect(watch(-1).said).toEqual([expect.stringContaining(', and browsers refuse it. ')])
})

it('leaves one of six days alone until it should have been renewed', () => {
  const { said } = watch(2, short)
  expect(said).toEqual([])
  clock.advance(DAY_MS)
  expect(said).toHaveLength(1)
})

it('asks for a restart alone once the file has been renewed', () => {
  const { said } = watch(13)
  copyFileSync(renewed, usual)
  clock.advance(DAY_MS)
  expect(said).toEqual([
    expect.stringContaining('Renew '),
    expect.stringContaining(`${usual} has been renewed since: restart the server, which`),
  ])
})
