import { describe, expect, it } from 'vitest'
import { sizesOf, type SizeSource } from './sizes.ts'

const SD1 = { wordsWidth: 768, levels: 4 }
const SD2 = { wordsWidth: 1024, levels: 4 }
const SDXL = { wordsWidth: 2048, levels: 3 }

function sizes(source: Partial<SizeSource>, sides: readonly [number | string, number | string] = ['h', 'w']) {
  const sample = { name: 'sample', type: 'float32', shape: ['B', 4, ...sides] }
  const found = sizesOf({ path: 'unet', sample, downsample: 8, trained: undefined, ...SD2, ...source })
  return found.map(({ width, height }) => `${width}x${height}`)
}

describe('the sizes of a U-Net', () => {
  it.each<[string, Partial<SizeSource>, string[]]>([
    [
      "SD1.5's first, whatever the model was trained at: LCM_Dreamshaper_v7",
      { ...SD1, trained: 96 },
      ['512x512', '768x512', '512x768', '768x768'],
    ],
    [
      "SD1.5's alone where it was trained at them",
      { ...SD1, trained: 64 },
      ['512x512', '768x512', '512x768'],
    ],
    [
      "SD1.5's where nothing says more",
      { wordsWidth: 768, levels: undefined },
      ['512x512', '768x512', '512x768'],
    ],
    ['SD-Turbo', { ...SD2, trained: 64 }, ['512x512', '768x512', '512x768']],
    ['SD2.1', { ...SD2, trained: 96 }, ['768x768', '1152x768', '768x1152']],
    ['SDXL', { ...SDXL, trained: 128 }, ['1024x1024', '1216x832', '832x1216']],
    ['SDXL-Turbo', { ...SDXL, trained: 64 }, ['512x512', '768x512', '512x768']],
    ['not square: height first', { ...SD2, trained: [48, 64] }, ['512x384', '768x384', '512x576']],
  ])('are %s', (_, source, expected) => {
    expect(sizes(source)).toEqual(expected)
  })

  it('are the one of a graph whose sides are fixed, whatever else is said', () => {
    expect(sizes({ ...SD1, trained: 64 }, [45, 80])).toEqual(['640x360'])
    expect(() => sizes(SD1, [64, 'w'])).toThrow(/one fixed side.*export it again/)
  })

  it('have sides that every level can halve', () => {
    expect(sizes({ ...SD2, trained: 40 })).toEqual(['320x320', '512x320', '320x512'])
    expect(sizes({ ...SDXL, trained: 40 })).toEqual(['320x320', '480x320', '320x480'])
    expect(sizes({ ...SD2, trained: [45, 80] })).toEqual(['640x384', '960x384', '640x576'])
    // A toy that halves nothing.
    expect(sizes({ wordsWidth: 8, levels: 1, trained: 8 })).toEqual(['64x64', '96x64', '64x96'])
  })
})
