import { afterEach, expect, it } from 'vitest'
import { FAKE_MODEL } from '../engine/fake-engine.ts'
import { fitTo } from './fit-params.ts'
import { FIFO, harness, JPEG, PARAMS, settle } from './testing/harness.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

function start() {
  const world = harness()
  close = () => world.close()
  return world
}

/** Narrower than the fake model in every way. */
const TURBO = {
  id: 'turbo',
  limits: {
    steps: [1, 2] satisfies [number, number],
    strength: [0.5, 0.6] satisfies [number, number],
    guidanceScale: [1, 1] satisfies [number, number],
  },
}
const FITTED = { steps: 2, strength: 0.6, guidanceScale: 1 }

it('[M2] tells every open session, before a frame begins on the new model', async () => {
  const world = start()
  const [one, two] = [world.open(), world.open()]
  one.submit(1)
  await settle()
  world.engine.setInfo(TURBO)
  one.submit(2)
  await world.runOut()
  const told = (events: typeof one.events) => events.map(({ type }) => type).filter((type) => type !== 'step')
  expect(told(one.events)).toEqual(['opened', 'started', 'model', 'image', 'started', 'image'])
  expect(told(two.events)).toEqual(['opened', 'model'])
  expect(one.events.find(({ type }) => type === 'model')).toMatchObject({ model: { id: 'turbo' } })
})

it('[M3] a frame that waits begins with the nearest parameters that the new model takes', async () => {
  const world = start()
  const drawing = world.open()
  drawing.submit(1)
  await settle()
  drawing.submit(2)
  world.engine.setInfo(TURBO)
  await world.runOut()
  expect(world.engine.jobs.map(({ steps, strength }) => ({ steps, strength }))).toEqual([
    { steps: PARAMS.steps, strength: PARAMS.strength },
    { steps: 2, strength: 0.6 },
  ])
  expect(drawing.ends().map(({ type }) => type)).toEqual(['image', 'image'])
})

it('[M3] a revision that was set before the change is fitted for frames that name it later', async () => {
  const world = start()
  const drawing = world.open()
  world.engine.setInfo(TURBO)
  drawing.submit(1)
  await world.runOut()
  expect(world.engine.jobs.at(-1)).toMatchObject({ ...FITTED, prompt: PARAMS.prompt })
})

it('[M4] parameters made for the model before are fitted, those made for this one are held to its limits', async () => {
  const world = start()
  const drawing = world.open()
  world.engine.setInfo(TURBO)
  drawing.session.setParams(2, PARAMS, FAKE_MODEL.id)
  expect(drawing.events.filter(({ type }) => type === 'problem')).toEqual([])
  drawing.session.setParams(3, PARAMS, 'turbo')
  drawing.session.setParams(4, PARAMS)
  const problems = drawing.events.filter((event) => event.type === 'problem')
  expect(problems.map(({ error }) => error)).toMatchObject([{ field: 'steps' }, { field: 'steps' }])
  drawing.session.submit({ seq: 1, rev: 2, mode: 'live', image: JPEG })
  drawing.session.submit({ seq: 2, rev: 3, mode: 'live', image: JPEG })
  await world.runOut()
  expect(drawing.ends().map(({ seq, type }) => [seq, type])).toEqual([
    [2, 'refused'],
    [1, 'image'],
  ])
})

it('[M3] what a request left out is the default of the model it begins on, and the picture says what was used', async () => {
  const world = start()
  const drawing = world.open(FIFO)
  const asked = { ...PARAMS, steps: undefined, strength: 0.9 }
  const { wanted, params } = fitTo(FAKE_MODEL, { asked, hasImage: true, size: 'exact' })
  const ask = (seq: number) =>
    drawing.session.submit({ seq, rev: seq, mode: 'live', image: JPEG, wanted }, params)
  ask(1)
  await settle()
  ask(2)
  world.engine.setInfo({ ...TURBO, name: 'Turbo', defaults: { ...PARAMS, steps: 1 } })
  await world.runOut()
  const { steps, guidanceScale } = PARAMS
  expect(world.engine.jobs.map((job) => job.steps)).toEqual([steps, 1])
  expect(drawing.ends()).toMatchObject([
    { params: { steps, strength: 0.9, guidanceScale }, model: { id: FAKE_MODEL.id, name: FAKE_MODEL.name } },
    { params: { steps: 1, strength: 0.6, guidanceScale: 1 }, model: { id: 'turbo', name: 'Turbo' } },
  ])
})
