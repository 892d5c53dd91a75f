import { describe, expect, it } from 'vitest'
import { readMadeWith } from './infotext.ts'
import type { DrawParams } from './params.ts'
import { withParameters, withPngText } from './png-parameters.ts'

/** One black pixel. */
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
)
const params: DrawParams = {
  prompt: 'a boat,\nnight: "fog"',
  negativePrompt: 'blur',
  strength: 0.65,
  seed: 4294967295,
  steps: 8,
  guidanceScale: 7.5,
  width: 512,
  height: 384,
}
const told = (parameters: string) =>
  readMadeWith(withPngText(PIXEL, [{ keyword: 'parameters', text: parameters }]))

describe('what a PNG says it was made with', () => {
  it('is all of it for one of ours, also where another tool has kept its own chunk alone', () => {
    const ours = withParameters(PIXEL, params, { name: 'Pocket' })
    expect(readMadeWith(ours)).toEqual(params)
    expect(readMadeWith(withPngText(ours, [{ keyword: 'sketchwire', text: 'not JSON' }]))).toEqual(params)
  })

  it("is as much of AUTOMATIC1111's as can be ours", () => {
    const text = [
      'masterpiece, a boat',
      'Negative prompt: blurry, lowres',
      'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x768, Model hash: abc, Denoising strength: 0.5, Lora hashes: "a: 1, b: 2", Version: v1.9',
    ].join('\n')
    expect(told(text)).toEqual({
      prompt: 'masterpiece, a boat',
      negativePrompt: 'blurry, lowres',
      steps: 20,
      guidanceScale: 7,
      seed: 965400086,
      width: 512,
      height: 768,
      strength: 0.5,
    })
  })

  it('leaves out what no model takes, and half a size', () => {
    expect(told('a boat\nSteps: 150, Sampler: x, CFG scale: 99, Seed: -1, Size: 512x4096')).toEqual({
      prompt: 'a boat',
    })
    expect(told(`${'long '.repeat(1000)}\nSteps: 20, Sampler: x, CFG scale: 7`)?.prompt).toHaveLength(2000)
    expect(told(`${'🎨'.repeat(3000)}\nSteps: 20, Sampler: x, CFG scale: 7`)?.prompt).toBe('🎨'.repeat(2000))
  })

  it('is nothing where it says nothing, or words that may be of anything', () => {
    expect(readMadeWith(PIXEL)).toBeUndefined()
    expect(told('a holiday in France')).toBeUndefined()
    expect(() => readMadeWith(new TextEncoder().encode('no picture'))).toThrow('no PNG')
  })
})
