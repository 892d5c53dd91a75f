// What is measured and in which order: a machine may be lent for minutes, so what tells most comes first and what is
// likeliest to fail, the largest batches, comes last.
import { isSound, type Figure } from './figure.ts'
import type { GraphsAbout } from './graphs.ts'

/** What one child process measures: frames of each number of steps with the same three open graphs, or one graph. */
export interface Part {
  readonly kind: 'frames' | 'graph'
  /** Names of its figures: 'frame.4' is a frame of four steps, 'unet.b2' is the graph of that file. */
  readonly figures: readonly string[]
}

const AUTOENCODERS = ['taesd_decoder', 'taesd_encoder', 'kl_decoder', 'kl_encoder']

/** Frames need the graphs of batch 1, and the autoencoders are built at the first batch alone. */
export function planOf({ batches }: Pick<GraphsAbout, 'batches'>, steps: readonly number[]): Part[] {
  const [first = 1] = batches
  const unets = [...batches].sort((a, b) => a - b).map((batch) => graph(`unet.b${batch}`))
  const frames = [...steps].sort((a, b) => b - a).map((count) => `frame.${count}`)
  return [
    ...(first === 1 && frames.length > 0 ? [{ kind: 'frames' as const, figures: frames }] : []),
    ...unets.slice(0, 1),
    ...AUTOENCODERS.map((name) => graph(`${name}.b${first}`)),
    ...unets.slice(1),
  ]
}

function graph(name: string): Part {
  return { kind: 'graph', figures: [name] }
}

/**
 * What of the plan is left to measure: without the figures that are there already and sound, and of those that `only`
 * names alone, by their names ('unet.b1') or what these begin with ('unet').
 * @throws RangeError for a name that the plan does not have.
 */
export function partsLeft(
  plan: readonly Part[],
  known: Readonly<Record<string, Figure>>,
  only: readonly string[] = [],
): Part[] {
  const names = plan.flatMap(({ figures }) => figures)
  const isMeant = (one: string, name: string) => name === one || name.startsWith(`${one}.`)
  const unknown = only.find((one) => !names.some((name) => isMeant(one, name)))
  if (unknown !== undefined)
    throw new RangeError(`--only ${unknown} is none of the figures; there are ${names.join(', ')}`)
  const isLeft = (name: string) =>
    !isSound(known[name]) && (only.length === 0 || only.some((one) => isMeant(one, name)))
  return plan
    .map((part) => ({ ...part, figures: part.figures.filter(isLeft) }))
    .filter(({ figures }) => figures.length > 0)
}

/** 4 of 'frame.4'. */
export function stepsOf(name: string): number {
  return Number(name.slice('frame.'.length))
}

/** Whether the U-Net's weights must be on the device for it. */
export function needsUnet(name: string): boolean {
  return name.startsWith('frame.') || name.startsWith('unet.')
}
