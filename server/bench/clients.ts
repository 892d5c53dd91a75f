// The clients of the gateway and wire benches, in a worker thread: their work must not show in the gateway's event
// loop figures.
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../../lib/std/assert.ts'
import { drawAtOnce, type DrawOrder, type DrawFigures } from './drawing-clients.ts'
import { compareWires, type WireOrder, type WireFigures } from './wire-clients.ts'

export type Order = ({ readonly kind: 'draw' } & DrawOrder) | ({ readonly kind: 'wire' } & WireOrder)
export type Answer = DrawFigures[] | WireFigures[]

const order: Order = workerData
assert(parentPort, 'clients.ts runs as a worker thread')
const answer: Answer = order.kind === 'draw' ? await drawAtOnce(order) : await compareWires(order)
parentPort.postMessage(answer)
