// `npm run bench`: engine, gateway and wire figures of this machine, as a table and, with --json FILE, as JSON.
import { writeFileSync } from 'node:fs'
import { createLocalEngine } from '../engine/local-engine.ts'
import type { PrecisionChoice } from '../engine/precision.ts'
import { createEvents } from '../events.ts'
import { messageOf } from '../../lib/std/errors.ts'
import { benchAbreast } from './abreast-bench.ts'
import { batchingLines, benchBatching } from './batching-bench.ts'
import { measureMachine } from './calibration.ts'
import { benchEngine } from './engine-bench.ts'
import { benchPreviews } from './preview-bench.ts'
import { benchSockets, benchWires, withServer } from './gateway-bench.ts'
import { positiveNumber, readValues, wholeNumber } from './options.ts'
import { type Report, table } from './report.ts'

const OPTIONS = {
  json: { type: 'string' },
  model: { type: 'string', default: 'models/pocket' },
  provider: { type: 'string' },
  /** int8, float32 or auto. */
  precision: { type: 'string' },
  /** Engine processes. */
  slots: { type: 'string', default: '1' },
  frames: { type: 'string', default: '60' },
  seconds: { type: 'string', default: '8' },
  rounds: { type: 'string', default: '25' },
  /** Numbers of people who draw at a time, as 1,2,4,8: measures step-level batching on and off, and nothing else. */
  users: { type: 'string' },
} as const

const values = readValues({ name: 'The bench', options: OPTIONS, explainedIn: 'server/bench/main.ts' })

function numbers() {
  return {
    slots: wholeNumber('slots', values.slots),
    frames: wholeNumber('frames', values.frames),
    seconds: positiveNumber('seconds', values.seconds),
    rounds: wholeNumber('rounds', values.rounds),
  }
}

async function bench(): Promise<Report> {
  const { slots, frames, seconds, rounds } = numbers()
  // The calibration graph runs in this process and must be done before the engine's child is there to compete.
  const machine = await measureMachine()
  const { log } = createEvents('error')
  await using engine = await createLocalEngine({
    modelDir: values.model,
    log,
    slots,
    ...(values.provider === undefined ? {} : { provider: values.provider }),
    ...precisionOf(values.precision),
  })
  const engineFigures = await benchEngine(engine, frames)
  const abreast = await benchAbreast(engine, frames)
  const previews = await benchPreviews(engine, frames)
  // Awaited here: leaving this scope closes the engine.
  return await withServer(engine, async (url) => ({
    machine,
    engine: engineFigures,
    abreast,
    previews,
    gateway: {
      one: await benchSockets(engine, url, { sockets: 1, seconds }),
      eight: await benchSockets(engine, url, { sockets: 8, seconds: seconds * 2 }),
    },
    wire: await benchWires(engine, url, rounds),
  }))
}

function precisionOf(name: string | undefined): { readonly precision?: PrecisionChoice } {
  if (name === undefined) return {}
  if (name === 'int8' || name === 'float32' || name === 'auto') return { precision: name }
  throw new Error(`--precision is "${name}"; choose int8, float32 or auto`)
}

/** Short: two engines, each with every number of users, in turn. */
async function benchUsers(list: string): Promise<void> {
  const users = list.split(',').map((one) => wholeNumber('users', one))
  const { seconds } = numbers()
  const machine = await measureMachine()
  const { model: modelDir, provider } = values
  const batching = await benchBatching({ modelDir, provider, users, seconds, rounds: 3 })
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine, batching }, null, 2)}\n`)
  const { cpu, cores, calibrationGflops } = machine
  console.log(
    [`${cpu}, ${cores} cores, ${calibrationGflops.toFixed(0)} GFLOP/s`, ...batchingLines(batching)].join(
      '\n',
    ),
  )
}

async function benchAll(): Promise<void> {
  const report = await bench()
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  console.log(table(report))
}

try {
  await (values.users === undefined ? benchAll() : benchUsers(values.users))
} catch (error) {
  console.error(`The bench could not run: ${messageOf(error)}`)
  process.exitCode = 1
}
