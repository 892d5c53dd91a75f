import { afterEach, expect, it } from 'vitest'
import { previewWant } from '../../lib/protocol/preview.ts'
import { FIFO, harness, settle } from './testing/harness.ts'
import type { SessionEvent } from './session-event.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

function start() {
  const world = harness()
  close = world.close
  const follow = (caller = 'test') => {
    const heard: SessionEvent[] = []
    world.registry.follow(caller, (event) => heard.push(event))
    return () => heard.splice(0).map((event) => ('seq' in event ? `${event.type} ${event.seq}` : event.type))
  }
  return { ...world, follow }
}

it('one who comes while a job runs hears that it does, what is left of its steps, and its end', async () => {
  const { open, engine, follow, runOut } = start()
  open().submit(1)
  await settle()
  engine.step()
  await settle()
  const [late, stranger] = [follow(), follow('another')]
  expect(late()).toEqual(['started 1'])
  await runOut()
  expect(late()).toEqual(['step 1', 'step 1', 'step 1', 'image 1'])
  expect(stranger()).toEqual([])
})

it('one who comes after a job hears nothing of it, whether it was answered or its session closed', async () => {
  const { open, registry, follow, runOut } = start()
  const drawing = open()
  drawing.submit(1)
  await runOut()
  expect(follow()()).toEqual([])
  drawing.submit(2)
  await settle()
  expect(follow()()).toEqual(['started 2'])
  registry.close(drawing.session)
  expect(follow()()).toEqual([])
})

it('one who comes hears of the newest of several jobs', async () => {
  const { open, follow, engine, runOut } = start()
  const [first, second] = [open(FIFO), open(FIFO)]
  first.submit(1)
  await settle()
  const early = follow()
  expect(early()).toEqual(['started 1'])
  second.submit(7)
  while (engine.jobs.length < 2) {
    engine.step()
    await settle()
  }
  expect(early().at(-1)).toBe('started 7')
  expect(follow()()).toEqual(['started 7'])
  await runOut()
})

it('one who may follow one door hears of its jobs alone, and no others are watched for it', async () => {
  const { open, registry, engine, runOut } = start()
  const heard: string[] = []
  const tell = (event: SessionEvent) => void heard.push(event.type)
  const elsewhere = registry.follow('test', tell, 'another door')
  elsewhere.change(previewWant({ everySteps: 1 }))
  const drawing = open()
  drawing.submit(1)
  await settle()
  registry.follow('test', tell, 'another door')
  await runOut()
  expect([heard, engine.previewWork.decoded]).toEqual([[], 0])
  expect([registry.latest('test', 'another door'), registry.latest('test')?.door]).toEqual([
    undefined,
    'test',
  ])
})
