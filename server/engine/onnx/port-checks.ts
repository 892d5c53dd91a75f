// The words in which a graph is told that it does not fit: what was found, what was expected, what to do.
import type { Size } from '../../../lib/std/size.ts'
import { AppError } from '../../../lib/std/errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Graph, Port } from './runtime.ts'

export type Dim = number | string

export interface Expected {
  readonly types: readonly string[]
  /** Names stand for any size. */
  readonly shapes: readonly (readonly Dim[])[]
}

export const FLOAT = ['float32', 'float16'] as const

export function latentShape(
  channels: number,
  size: Size,
  { latents }: Pick<Manifest, 'latents'>,
): readonly Dim[] {
  return [1, channels, size.height / latents.downsample, size.width / latents.downsample]
}

function describe(type: string, shape: readonly Dim[]): string {
  return `${type}[${shape.join(',')}]`
}

export function unexpected(graph: Graph, what: string): AppError {
  const message = `${graph.path}: ${what}; correct manifest.json, or export the model again`
  return new AppError('model_unexpected_io', message)
}

function fits(shape: readonly Dim[], expected: readonly Dim[]): boolean {
  if (shape.length !== expected.length) return false
  return shape.every(
    (dim, i) => typeof dim === 'string' || typeof expected[i] === 'string' || dim === expected[i],
  )
}

export function check(graph: Graph, port: Port, { types, shapes }: Expected): Port {
  if (types.includes(port.type) && shapes.some((shape) => fits(port.shape, shape))) return port
  const wanted = shapes.map((shape) => describe(types.join('|'), shape)).join(' or ')
  throw unexpected(graph, `${port.name} is ${describe(port.type, port.shape)}, expected ${wanted}`)
}

export function only(graph: Graph, ports: readonly Port[], kind: string): Port {
  const [first] = ports
  if (first !== undefined && (ports.length === 1 || kind === 'output')) return first
  const names = ports.map(({ name }) => name).join(', ')
  throw unexpected(graph, `has ${kind}s ${names === '' ? 'none' : names}, expected exactly one ${kind}`)
}
