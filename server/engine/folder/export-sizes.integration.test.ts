// models/export reads --sizes in Python, before any weights: what no U-Net of a checkpoint could paint is refused there.
// Needs Python alone.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const READER = fileURLToPath(new URL('../../../models/export/sizes.py', import.meta.url))

function run(...args: string[]): string {
  return execFileSync('python3', args, { stdio: 'pipe' }).toString()
}

function canRun(): boolean {
  try {
    run('--version')
    return true
  } catch {
    return false
  }
}

const read = (text: string, multiple = 64): unknown => JSON.parse(run(READER, String(multiple), text))

/** A session at a desk without Python may pass it by; CI has Python and may not. */
describe.runIf(process.env['CI'] !== undefined || canRun())('the sizes of an export', () => {
  it('are read in order, the default first', () => {
    expect(read('512x512,512x768, 768x512')).toEqual([
      [512, 512],
      [512, 768],
      [768, 512],
    ])
    expect(read('480x320', 32)).toEqual([[480, 320]])
  })

  it.each([
    ['640x360', /--sizes has 640x360, expected sides that are multiples of 64, .*: say 640x384/],
    ['512x512,16x64', /--sizes has 16x64, .*: say 64x64/],
    ['512', /--sizes has "512", expected width x height such as 512x512/],
    ['512x512,', /--sizes has "", expected width x height/],
    ['0x64', /--sizes has "0x64", expected width x height/],
  ])('are refused where the U-Net could not paint them: %s', (text, message) => {
    expect(() => read(text)).toThrow(message)
  })
})
