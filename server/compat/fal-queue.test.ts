import { describe, expect, it } from 'vitest'
import type { OnceAnswer } from './dialect.ts'
import { cancelAnswer, FalJobs, resultAnswer, statusBody, statusCode, unknownJob } from './fal-queue.ts'
import type { FalJob, FalJobStatus, FalLog } from './fal-queue.ts'

const BASE = 'https://queue.fal.run'
const answerOf = (bytes = 2): OnceAnswer => ({
  status: 200,
  headers: { 'x-fal-inference-time': '0.25' },
  body: 'x'.repeat(bytes),
})

class TestJob implements FalJob {
  readonly app = 'fal-ai/lcm'
  readonly requestId: string
  state: FalJobStatus = 'IN_QUEUE'
  done: OnceAnswer | undefined
  logs: FalLog[] = []
  cancelled = false

  constructor(requestId: string) {
    this.requestId = requestId
  }
  status = () => this.state
  position = () => 3
  answer = () => this.done
  cancel = () => {
    this.cancelled = true
  }
  end(bytes?: number): this {
    this.done = answerOf(bytes)
    this.state = 'COMPLETED'
    return this
  }
}

const line = (message: string): FalLog => ({ timestamp: 't', level: 'INFO', source: 'SKETCHWIRE', message })

describe('what a job says', () => {
  it('says its place while it waits, with addresses for those who make none of their own', () => {
    const job = new TestJob('r')
    expect(statusBody(job, BASE, 0)).toEqual({
      status: 'IN_QUEUE',
      request_id: 'r',
      queue_position: 3,
      response_url: `${BASE}/fal-ai/lcm/requests/r`,
      status_url: `${BASE}/fal-ai/lcm/requests/r/status`,
      cancel_url: `${BASE}/fal-ai/lcm/requests/r/cancel`,
    })
    expect([statusCode(job), resultAnswer(job).status]).toEqual([202, 400])
  })

  it('says its new log lines to those who want them, and how long it took at the end', () => {
    const job = new TestJob('r')
    job.state = 'IN_PROGRESS'
    job.logs = [line('one'), line('two')]
    expect(statusBody(job, BASE, 1)).toMatchObject({ status: 'IN_PROGRESS', logs: [{ message: 'two' }] })
    expect(statusBody(job, BASE, undefined)).toMatchObject({ logs: null })
    job.end()
    expect(statusBody(job, BASE, 2)).toMatchObject({ logs: [], metrics: { inference_time: 0.25 } })
    expect([statusCode(job), resultAnswer(job)]).toEqual([200, job.done])
  })

  it('is cancelled while it is not done', () => {
    const job = new TestJob('r')
    expect(cancelAnswer(job).status).toBe(202)
    expect(job.cancelled).toBe(true)
    expect(cancelAnswer(new TestJob('s').end())).toMatchObject({
      status: 400,
      body: '{"status":"ALREADY_COMPLETED"}',
    })
    expect(unknownJob('r').status).toBe(404)
  })
})

describe('the jobs that are kept', () => {
  const kept = (limits: object) => {
    let now = 0
    const jobs = new FalJobs(() => now, limits)
    const add = (id: string) => {
      const job = new TestJob(id)
      return jobs.add(job) ? job : undefined
    }
    const end = (id: string, bytes?: number) => {
      const job = jobs.get('fal-ai/lcm', id)
      if (job instanceof TestJob) job.end(bytes)
      jobs.ended(id)
    }
    const here = (...ids: string[]) => ids.filter((id) => jobs.get('fal-ai/lcm', id))
    return { jobs, add, end, here, wait: (ms: number) => (now += ms) }
  }

  it('are found by app and id', () => {
    const { jobs, add } = kept({})
    const job = add('a')
    expect(jobs.get('fal-ai/lcm', 'a')).toBe(job)
    expect(jobs.get('fal-ai/other', 'a')).toBeUndefined()
  })

  it('keep a result for its time, and what still waits for any time', () => {
    const { add, end, here, wait } = kept({ lifeMs: 1000 })
    add('a')
    add('b')
    end('a')
    wait(999)
    expect(here('a', 'b')).toEqual(['a', 'b'])
    wait(1)
    expect(here('a', 'b')).toEqual(['b'])
  })

  it('let the oldest result go for a new job, and refuse one when all of them wait', () => {
    const { add, end, here } = kept({ jobs: 2 })
    add('a')
    add('b')
    expect(add('c')).toBeUndefined()
    end('b')
    end('a')
    expect(add('c')).toBeDefined()
    expect(here('a', 'b', 'c')).toEqual(['a', 'c'])
  })

  it('hold so many bytes of results at most', () => {
    const { add, end, here } = kept({ bytes: 250 })
    for (const id of ['a', 'b', 'c']) add(id)
    end('a', 100)
    end('b', 100)
    expect(here('a', 'b', 'c')).toEqual(['a', 'b', 'c'])
    end('c', 100)
    expect(here('a', 'b', 'c')).toEqual(['b', 'c'])
  })
})
