// Entry of the bench's child processes: one part of the plan each, so that a device that is lost, or a driver that ends
// its process, costs one part's figures and no others.
import * as v from 'valibot'
import { probeProvider } from '../../engine/onnx/provider-probe.ts'
import { systemClock } from '../../engine/system-clock.ts'
import type { Outcome } from './figure.ts'
import { measureFrames } from './frames.ts'
import { measureGraph } from './measure.ts'
import { stepsOf } from './plan.ts'
import { TaskSchema, type Message, type Task } from './task.ts'

/** Resolves when it is out of this process: the next run blocks this thread, and may end it. */
function send(message: Message): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(message, undefined, {}, () => resolve())
  })
}

const tell = (name: string, outcome: Outcome) => send({ type: 'figure', name, outcome })

async function work(task: Task): Promise<void> {
  if (task.kind === 'probe') {
    const { problem } = await probeProvider({ provider: task.provider, againstCpu: false })
    return send({ type: 'probed', ...(problem === undefined ? {} : { problem }) })
  }
  const options = { ...task, clock: systemClock }
  if (task.kind === 'frames') {
    const steps = task.figures.map(stepsOf)
    return measureFrames({ ...options, ...task, steps }, (count, outcome) => tell(`frame.${count}`, outcome))
  }
  for (const name of task.figures) await tell(name, await measureGraph(`${name}.onnx`, options))
}

// Whoever asked is gone: nobody wants the figures any more, and the device is wanted.
process.on('disconnect', () => process.exit())
await work(v.parse(v.pipe(v.string(), v.parseJson(), TaskSchema), process.argv[2]))
