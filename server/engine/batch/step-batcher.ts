// Step-level batching, the running part: gathers the rows of all pictures that are being made and runs them call by
// call. Rows join and leave between steps; `next-call.ts` chooses.
import type { Models, PredictInput } from '../../../lib/lcm/models.ts'
import type { Size } from '../../../lib/std/size.ts'
import type { FrameMode } from '../../../lib/protocol/control.ts'
import type { Clock } from '../../../lib/std/clock.ts'
import { isWorthWaiting, JOIN_WAIT_MS, nextCall, within, type Call, type CallCosts } from './next-call.ts'

export interface StepBatcherOptions {
  /** One U-Net call, filled up to `bucket`; one output per row. */
  readonly run: (rows: readonly PredictInput[], bucket: number) => Promise<readonly Float32Array[]>
  readonly costs: CallCosts
  /** Most rows of a call at this size; any bucket's when absent. */
  readonly most?: (size: Size) => number
  readonly clock: Clock
  /** One turn of the event loop, in which cancels and new pictures come in. */
  readonly turn: () => Promise<void>
}

export interface LaneOptions {
  readonly mode: FrameMode
  /** Read when a call is made: a waiting row of an aborted picture is withdrawn. */
  readonly signal: { readonly aborted: boolean }
  /** A row of this picture was run. @param ms of the call; @param ownMs the row's part of it. */
  readonly onRun: (ms: number, ownMs: number) => void
}

/** One picture's place among the others. */
export interface Lane {
  /** `models`, with steps run together with those of others. */
  over(models: Models): Models
  /** No further rows come: nobody need wait for them. */
  leave(): void
}

interface Row {
  readonly size: string
  readonly mode: FrameMode
  passedBy: number
  readonly most: number
  readonly input: PredictInput
  readonly lane: LaneOptions
  readonly resolve: (output: Float32Array) => void
  readonly reject: (error: unknown) => void
}

export class StepBatcher {
  readonly #options: StepBatcherOptions
  #waiting: Row[] = []
  /** Pictures whose step has just ended, and the size they will come back with. */
  readonly #coming = new Map<LaneOptions, string>()
  #lastEndMs = -Infinity
  #isWorking = false
  #changed: () => void = () => undefined

  constructor(options: StepBatcherOptions) {
    this.#options = options
  }

  join(lane: LaneOptions): Lane {
    const leave = () => {
      this.#coming.delete(lane)
      this.#changed()
    }
    return {
      leave,
      over: (models) => ({
        ...models,
        predict: (input) => this.#predict(input, lane),
        decodeImage: (latents, size) => {
          leave()
          return models.decodeImage(latents, size)
        },
      }),
    }
  }

  #predict(input: PredictInput, lane: LaneOptions): Promise<Float32Array> {
    this.#coming.delete(lane)
    const size = `${input.size.width}x${input.size.height}`
    const most = this.#options.most?.(input.size) ?? Infinity
    return new Promise((resolve, reject) => {
      this.#waiting.push({ size, mode: lane.mode, passedBy: 0, most, input, lane, resolve, reject })
      this.#changed()
      if (!this.#isWorking) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    while (this.#waiting.length > 0) {
      await this.#options.turn()
      this.#withdrawAborted()
      const call = nextCall(this.#waiting, this.#options.costs)
      if (call === undefined) continue
      const holdMs = this.#holdMs(call)
      if (holdMs > 0) await this.#changeWithin(holdMs)
      else await this.#send(call)
    }
    this.#isWorking = false
  }

  #withdrawAborted(): void {
    const aborted = this.#waiting.filter(({ lane }) => lane.signal.aborted)
    this.#waiting = this.#waiting.filter((row) => !aborted.includes(row))
    for (const { reject } of aborted) reject(new Error('withdrawn: its picture was cancelled'))
  }

  /** What is left of the wait for rows that are about to be back; an idle device does not wait. */
  #holdMs({ rows }: Call<Row>): number {
    const leftMs = this.#lastEndMs + JOIN_WAIT_MS - this.#options.clock.now()
    const coming = [...this.#coming.values()].filter((size) => size === rows[0]?.size).length
    const costs = within(this.#options.costs, rows[0]?.most)
    return leftMs > 0 && isWorthWaiting(rows.length, coming, costs) ? leftMs : 0
  }

  #changeWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = this.#options.clock.setTimer(resolve, ms)
      this.#changed = () => {
        cancelTimer()
        resolve()
      }
    })
  }

  async #send({ rows, bucket }: Call<Row>): Promise<void> {
    this.#waiting = this.#waiting.filter((row) => !rows.includes(row))
    for (const row of this.#waiting) row.passedBy += 1
    const { clock, run } = this.#options
    const startedMs = clock.now()
    try {
      const outputs = await run(
        rows.map(({ input }) => input),
        bucket,
      )
      this.#lastEndMs = clock.now()
      this.#told(rows, this.#lastEndMs - startedMs)
      for (const [i, { resolve, reject }] of rows.entries()) {
        const output = outputs[i]
        if (output === undefined) reject(new Error(`a call of ${rows.length} rows gave ${outputs.length}`))
        else resolve(output)
      }
    } catch (error) {
      for (const { reject } of rows) reject(error)
    }
  }

  /** Two passes of one picture in one call are one step of its time. */
  #told(rows: readonly Row[], ms: number): void {
    this.#coming.clear()
    for (const { lane, size } of rows) {
      const own = rows.filter((row) => row.lane === lane).length
      lane.onRun(ms / own, ms / rows.length)
      if (!lane.signal.aborted) this.#coming.set(lane, size)
    }
  }
}
