import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BenchModel,
  CONNECTIONS,
  defaultSettings,
  RANGES,
  readSettings,
  STEPS,
  SURFACES,
  TRANSPORTS,
  writeSettings,
} from './settings.ts'

const MODEL: BenchModel = {
  sizes: [
    { width: 256, height: 256 },
    { width: 384, height: 256 },
  ],
  limits: { steps: [1, 8], strength: [0, 1], guidanceScale: [0, 10] },
  defaults: {
    prompt: 'sea',
    strength: 0.8,
    seed: 0,
    steps: 4,
    guidanceScale: 1,
    width: 256,
    height: 256,
  },
}
const read = (query: string) => readSettings(new URLSearchParams(query), MODEL)
const some = <T>(all: readonly T[]) => fc.subarray([...all], { minLength: 1 })

describe('settings in the address', () => {
  it('come back as they were written', () => {
    const any = fc.record({
      transports: some(TRANSPORTS),
      steps: some(STEPS),
      sizes: some(['256x256', '384x256']),
      previews: some([false, true]),
      connections: some(CONNECTIONS),
      shapes: fc.integer({ min: RANGES.shapes[0], max: RANGES.shapes[1] }),
      seconds: fc.integer({ min: RANGES.seconds[0], max: RANGES.seconds[1] }),
      repeats: fc.integer({ min: RANGES.repeats[0], max: RANGES.repeats[1] }),
      surface: fc.constantFrom(...SURFACES),
    })
    fc.assert(
      fc.property(any, (settings) => {
        expect(read(writeSettings(settings))).toEqual({ settings, problems: [] })
      }),
    )
  })

  it('are the defaults of the model where nothing is said', () => {
    expect(read('')).toEqual({ settings: defaultSettings(MODEL), problems: [] })
    expect(defaultSettings(MODEL)).toMatchObject({ steps: [4], sizes: ['256x256'], transports: TRANSPORTS })
  })

  it.each([
    ['steps=3', 'steps=3 does not fit; use one or more of 1, 2, 4, 8'],
    ['steps=4,x', 'steps=4,x does not fit; use one or more of 1, 2, 4, 8'],
    ['sizes=512x512', 'sizes=512x512 does not fit; use one or more of 256x256, 384x256'],
    ['transports=', 'transports= does not fit; use one or more of rest, json, binary'],
    ['previews=maybe', 'previews=maybe does not fit; use one or more of off, on'],
    ['connections=9', 'connections=9 does not fit; use one or more of 1, 2, 3, 4, 5, 6, 7, 8'],
    ['seconds=0', 'seconds=0 does not fit; use a whole number from 2 to 600'],
    ['seconds=-5', 'seconds=-5 does not fit; use a whole number from 2 to 600'],
    ['shapes=1e9', 'shapes=1e9 does not fit; use a whole number from 0 to 10000'],
    ['surface=paper', 'surface=paper does not fit; use auto or plain'],
    ['repeats=2.5', 'repeats=2.5 does not fit; use a whole number from 1 to 50'],
  ])('%s is named, and the default used', (query, problem) => {
    expect(read(query)).toEqual({ settings: defaultSettings(MODEL), problems: [problem] })
  })

  it('names what it does not know, and keeps the rest', () => {
    const { settings, problems } = read('colour=red&seconds=30')
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('colour')
    expect(settings.seconds).toBe(30)
  })

  it('never takes a query that makes it throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void read(text)))
  })

  it('offers only steps that the model takes', () => {
    const turbo = { ...MODEL, limits: { ...MODEL.limits, steps: [1, 1] as [number, number] } }
    expect(defaultSettings(turbo).steps).toEqual([1])
    expect(readSettings([['steps', '4']], turbo).problems[0]).toContain('one or more of 1')
  })
})
