import { describe, expect, it } from 'vitest'
import type { Figure } from './figure.ts'
import { needsUnet, partsLeft, planOf, stepsOf } from './plan.ts'

const plan = planOf({ batches: [1, 2, 4, 8] }, [1, 2, 4])
const names = (parts: typeof plan) => parts.flatMap(({ figures }) => figures)
const measured: Figure = { openMs: 1, firstMs: 1, ms: { p50: 1, p95: 1, runs: 1 }, perSecond: 1 }

describe('the plan of a bench', () => {
  it('has whole frames first and the largest batches last, each graph in a process of its own', () => {
    expect(plan.map(({ figures }) => figures)).toEqual([
      ['frame.4', 'frame.2', 'frame.1'],
      ['unet.b1'],
      ['taesd_decoder.b1'],
      ['taesd_encoder.b1'],
      ['kl_decoder.b1'],
      ['kl_encoder.b1'],
      ['unet.b2'],
      ['unet.b4'],
      ['unet.b8'],
    ])
  })

  it('has no frames where no graphs of batch 1 are built, or no steps are asked for', () => {
    expect(names(planOf({ batches: [4, 2] }, [4])).slice(0, 3)).toEqual([
      'unet.b2',
      'taesd_decoder.b4',
      'taesd_encoder.b4',
    ])
    expect(names(planOf({ batches: [1] }, []))[0]).toBe('unet.b1')
  })
})

describe('what is left of it', () => {
  it('is all but the sound figures: what failed, or is in doubt, is measured again', () => {
    const known = {
      'frame.4': measured,
      'frame.2': { failed: 'it ended' },
      'unet.b1': { ...measured, doubt: 'another device' },
      'kl_encoder.b1': measured,
    }
    const left = partsLeft(plan, known)
    expect(left[0]).toEqual({ kind: 'frames', figures: ['frame.2', 'frame.1'] })
    expect(names(left)).toContain('unet.b1')
    expect(names(left)).not.toContain('kl_encoder.b1')
    expect(names(left)).toHaveLength(9)
  })

  it('is what --only names, whole or by its beginning', () => {
    expect(names(partsLeft(plan, {}, ['frame', 'unet.b1']))).toEqual([
      'frame.4',
      'frame.2',
      'frame.1',
      'unet.b1',
    ])
    expect(names(partsLeft(plan, { 'unet.b1': measured }, ['unet']))).toEqual([
      'unet.b2',
      'unet.b4',
      'unet.b8',
    ])
    expect(() => partsLeft(plan, {}, ['unet.b1', 'unet.b'])).toThrow(
      /--only unet\.b is none of the figures; there are frame\.4, /,
    )
  })
})

it('knows of a figure how many steps it has and whether it takes the U-Net', () => {
  expect(stepsOf('frame.4')).toBe(4)
  expect(['frame.1', 'unet.b8', 'kl_decoder.b1'].map(needsUnet)).toEqual([true, true, false])
})
