import { TurnTimer } from './turn-timer.ts'

/** The graphs of a model, by what a picture needs them for. */
export type Stage = 'textEncode' | 'vaeEncode' | 'unet' | 'vaeDecode'

/** Milliseconds one graph ran, its feeds made and its outputs read excluded, and the wait for another that ran. */
export type OnRun = (stage: Stage, ms: number) => void

/** Of this process: whichever graph runs has its one thread. */
const turns = new TurnTimer(() => performance.now())

/** Runs a graph that is no stage, so that its time is not told as that of one which waits for it. */
export async function inTurn<T>(run: () => Promise<T>): Promise<T> {
  return (await turns.time(run)).value
}

export async function timed<T>(onRun: OnRun, stage: Stage, run: () => Promise<T>): Promise<T> {
  const { value, ms } = await turns.time(run)
  onRun(stage, ms)
  return value
}
