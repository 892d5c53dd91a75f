import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { OnceAnswer } from '../compat/dialect.ts'
import { settle } from '../session/testing/harness.ts'
import type { Task } from './bind-once.ts'
import { SubmittedJob } from './routes/fal-job.ts'
import { TaskBook } from './task-book.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const ANSWER: OnceAnswer = { status: 200, headers: {}, body: '{}' }

/** A task that is answered when the test says so, and of which only a weak reference is left here. */
function heavyTask() {
  let answer: (answer: OnceAnswer) => void = () => undefined
  let state: Task['state'] = 'running'
  const task: Task = {
    requestId: 'r',
    get state() {
      return state
    },
    position: 2,
    count: { pictures: 1, ended: 0 },
    startedMs: 0,
    answer: new Promise((resolve) => (answer = resolve)),
    onEvent: () => () => undefined,
    cancel: () => undefined,
  }
  const end = () => {
    state = 'ended'
    answer(ANSWER)
  }
  return { weak: new WeakRef(task), end }
}

/** A call of its own, so that nothing of this test holds the task. */
function withTask(weak: WeakRef<Task>, use: (task: Task) => void): void {
  const task = weak.deref()
  if (!task) throw new Error('the task is gone already')
  use(task)
}

it('keeps of a task that ended what became of it, and lets the rest go', async () => {
  const book = new TaskBook()
  const { weak, end } = heavyTask()
  withTask(weak, (task) => book.note('ada', 'mine', task))
  expect(book.stateOf('ada', 'mine')).toEqual({ active: true, queued: false, completed: false })
  end()
  await settle()
  collectGarbage()
  expect(weak.deref()).toBeUndefined()
  expect(book.stateOf('ada', 'mine')).toEqual({ active: false, queued: false, completed: true })
  expect(book.running('ada')).toBeUndefined()
})

it('does not end the task that took the name of an earlier one', async () => {
  const book = new TaskBook()
  const [first, second] = [heavyTask(), heavyTask()]
  for (const { weak } of [first, second]) withTask(weak, (task) => book.note('ada', 'mine', task))
  first.end()
  await settle()
  expect(book.stateOf('ada', 'mine')).toEqual({ active: true, queued: false, completed: false })
  second.end()
  await settle()
  expect(book.stateOf('ada', 'mine')).toMatchObject({ completed: true })
})

it('keeps of a request of the queue its answer, and lets the request go', async () => {
  const { weak, end } = heavyTask()
  const jobs: SubmittedJob[] = []
  withTask(weak, (task) => jobs.push(new SubmittedJob('fal-ai/lcm', task)))
  const [job] = jobs
  expect([job?.status(), job?.position()]).toEqual(['IN_PROGRESS', 2])
  end()
  job?.end(ANSWER)
  await settle()
  collectGarbage()
  expect(weak.deref()).toBeUndefined()
  job?.cancel()
  expect([job?.status(), job?.position(), job?.answer()]).toEqual(['COMPLETED', 0, ANSWER])
})
