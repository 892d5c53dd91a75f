import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { oneAtATime } from './one-build.mjs'

const LOCK = 'dist/.building'
const before = process.cwd()
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'one-build-'))
  process.chdir(folder)
  mkdirSync('dist')
})
afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

const lock = (words: string, secondsOld = 0) => {
  writeFileSync(LOCK, words)
  const made = new Date(Date.now() - secondsOld * 1000)
  utimesSync(LOCK, made, made)
}
const built = async () => {
  let words = ''
  await oneAtATime(async () => (words = readFileSync(LOCK, 'utf8')))
  return words
}
const OURS = `${hostname()} ${process.pid}`

it.each([
  ['of a container before this one, with its number', OURS, 0],
  ['of another container that says nothing any more', 'another 1', 90],
  ['that a full disk left empty', '', 3],
])('a lock %s keeps nobody waiting', async (_, words, secondsOld) => {
  lock(words, secondsOld)
  expect(await built()).toBe(OURS)
})

it('a lock of another container is waited for, and one taken since is left alone', async () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  lock('another 1')
  const waiting = built()
  await vi.waitFor(() => expect(told).toHaveBeenCalledWith(expect.stringContaining('waiting for it')))
  told.mockRestore()
  expect(readFileSync(LOCK, 'utf8')).toBe('another 1')
  rmSync(LOCK)
  expect(await waiting).toBe(OURS)
  await oneAtATime(async () => lock('another 2'))
  expect(readFileSync(LOCK, 'utf8')).toBe('another 2')
})
