import { expect, it } from 'vitest'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import { defaultSettings, isDefault } from './model-defaults.ts'

it("the model's settings take the place of all that has another value, and of no words and no seed", () => {
  const mine = { ...MODEL.defaults, prompt: 'mine', seed: 7 }
  expect(isDefault(mine, MODEL)).toBe(true)
  for (const other of [
    { strength: 0.3 },
    { steps: 2 },
    { guidanceScale: 3 },
    { width: 512 },
    { height: 512 },
  ]) {
    expect(isDefault({ ...mine, ...other }, MODEL)).toBe(false)
    expect({ ...mine, ...other, ...defaultSettings(MODEL) }).toEqual(mine)
  }
})
