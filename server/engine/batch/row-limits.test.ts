import { describe, expect, it } from 'vitest'
import { RowLimits } from './row-limits.ts'

describe('rows of a call', () => {
  it('are fewer than those that ended the process', () => {
    const limits = new RowLimits()
    expect(limits.of('cuda')).toBeUndefined()
    expect(limits.failedAt('cuda', 8)).toBe('a call of 8 rows ended the engine process; it tries 4 at most')
    expect(limits.failedAt('cuda', 2)).toMatch(/it tries 1 at most$/)
    expect(limits.of('cuda')).toEqual({
      rows: 1,
      reason: 'no batching: a call of 2 rows ended the engine process',
    })
    expect(limits.of('webgpu')).toBeUndefined()
  })

  it('are as many as before where latents that stayed ended the process: those come back', () => {
    const limits = new RowLimits()
    expect(limits.latentsComeBack('webgpu')).toBe(false)
    expect(limits.failedAt('webgpu', 'latents')).toBe(
      'a picture with its latents on the device ended the engine process; they come back after every step from now on',
    )
    expect([limits.latentsComeBack('webgpu'), limits.latentsComeBack('cuda')]).toEqual([true, false])
    expect(limits.of('webgpu')).toBeUndefined()
  })

  it('are no more than pay, once that is known: the process is started anew, once', () => {
    const limits = new RowLimits()
    const lanesReason = 'no batching: more rows in a call are no faster (1: 11.0 ms, 2: 24.0 ms)'
    expect(limits.isWasteful('cuda', { lanes: 1, lanesReason, tried: 8 })).toBe(true)
    expect(limits.of('cuda')).toEqual({ rows: 1, reason: lanesReason })
    // A machine's mood: the next one finds again that fewer would do.
    expect(limits.isWasteful('cuda', { lanes: 1, lanesReason, tried: 2 })).toBe(false)
    expect(limits.isWasteful('webgpu', { lanes: 2, lanesReason, tried: 4 })).toBe(true)
  })

  it.each<[string, string, number, number | undefined]>([
    ['all that were tried pay', 'cuda', 8, 8],
    ['none were tried', 'cuda', 8, undefined],
    ['a CPU has its memory back', 'cpu', 1, 8],
  ])('stay where %s', (_, provider, lanes, tried) => {
    const limits = new RowLimits()
    const found = { lanes, lanesReason: undefined, ...(tried === undefined ? {} : { tried }) }
    expect(limits.isWasteful(provider, found)).toBe(false)
    expect(limits.of(provider)).toBeUndefined()
  })
})
