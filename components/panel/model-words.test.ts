import { expect, it } from 'vitest'
import { modelFacts, offersChoice } from './model-words.ts'

const model = {
  id: 'm',
  title: 'M',
  license: 'MIT',
  bytes: 21_300_000,
  sizes: [
    { width: 256, height: 384 },
    { width: 512, height: 512 },
  ],
  active: true,
  provider: 'cpu',
}

it('says what one chooses by, and leaves out what is not known', () => {
  expect(modelFacts(model)).toBe('256 to 512 px, 21 MB, MIT, on cpu')
  const square = { ...model, sizes: [{ width: 512, height: 512 }], bytes: 4.3e9, provider: undefined }
  expect(modelFacts({ ...square, license: 'unknown' })).toBe('512 px, 4.3 GB')
  expect(modelFacts({ ...square, bytes: 0, license: '', sizes: [] })).toBe('')
})

it('there is nothing to choose among one, nor where the server allows no other', () => {
  const [one, two] = [[model], [model, { ...model, id: 'n', active: false }]]
  expect([one, two].map((models) => offersChoice({ active: 'm', models }))).toEqual([false, true])
  expect(offersChoice({ active: 'm', models: two, fixed: true })).toBe(false)
})

it('says why it cannot be had instead', () => {
  expect(modelFacts({ ...model, problem: 'no unet' })).toBe('Cannot be loaded: no unet')
})
