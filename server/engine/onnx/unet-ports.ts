// Checks what a U-Net takes and gives against the manifest, adapts to what exporters do differently (the timestep's
// type and rank), and lays the rows of one call side by side where the graph lets it.
import type { PromptEmbedding } from '../../../lib/lcm/models.ts'
import type { Size } from '../../../lib/std/size.ts'
import type { Manifest } from '../manifest.ts'
import { check, FLOAT, latentShape, only, unexpected, type Dim, type Expected } from './port-checks.ts'
import type { DeviceTensor, Feeds, Graph, Port, TensorData, TensorValue } from './runtime.ts'

/** One row of a call. */
export interface UnetFeed {
  readonly sample: Float32Array
  readonly timestep: number
  readonly prompt: PromptEmbedding
  readonly timestepCond: Float32Array | undefined
}

export interface UnetBinding {
  /** Why a call can carry one row only; `undefined` when it can carry any number, each at its own timestep. */
  readonly alone: string | undefined
  /** @param rows at least one; filled up to `bucket` with copies of the first. */
  feed(rows: readonly UnetFeed[], bucket: number): Record<string, TensorValue>
  /** One output per row, [1,C,h,w] each; what filled up is left out. */
  read(output: TensorValue, rows: number): Float32Array[]
  /** What tensors on the device must be like; `undefined` for a graph of float16 ports. */
  readonly deviceRow: DeviceRow | undefined
}

/** A call of one row whose sample and output are float32, and so may be tensors on the device. */
export interface DeviceRow {
  readonly sampleDims: readonly number[]
  readonly outputDims: readonly number[]
  readonly outputName: string
  feed(row: Omit<UnetFeed, 'sample'> & { readonly sample: Float32Array | DeviceTensor }): Feeds
}

/** Diffusers' names: sample, timestep, encoder_hidden_states and, if distilled with it, timestep_cond. */
export function bindUnet(graph: Graph, size: Size, manifest: Manifest): UnetBinding {
  const { latents } = manifest
  const channels = latents.channels * (latents.imageLatents === 'concat' ? 2 : 1)
  const sample = latentShape(channels, size, manifest)
  const expected = unetInputs(sample, manifest)
  checkNames(graph, Object.keys(expected))
  const inputs = graph.inputs.map((port) =>
    check(graph, port, expected[port.name] ?? { types: [], shapes: [] }),
  )
  const shape = latentShape(latents.channels, size, manifest)
  const output = check(graph, only(graph, graph.outputs, 'output'), { types: FLOAT, shapes: [shape] })
  const length = shape.reduce<number>((product, dim) => product * Number(dim), 1)
  const feed = feeder(inputs, size, sample.slice(1).map(Number))
  const ends = [...inputs.filter(({ name }) => name === 'sample'), output]
  return {
    alone: whyAlone([...inputs, output]),
    deviceRow: ends.every(({ type }) => type === 'float32')
      ? deviceRow(feed, output.name, { sample, output: shape })
      : undefined,
    feed: (rows, bucket) =>
      feed(Array.from({ length: bucket }, (_, i) => rows[i] ?? rows[0]).filter((row) => row !== undefined)),
    read({ data }, rows) {
      if (!(data instanceof Float32Array) || data.length < rows * length)
        throw unexpected(graph, `gave something else than ${rows} x ${length} float32 values`)
      return Array.from({ length: rows }, (_, i) => data.subarray(i * length, (i + 1) * length))
    },
  }
}

type Feeder = (rows: readonly UnetFeed[]) => Record<string, TensorValue>

/** @param cells [C,h,w] of a row's sample. */
function feeder(inputs: readonly Port[], size: Size, cells: readonly number[]): Feeder {
  const timestep = inputs.find(({ name }) => name === 'timestep')
  const isXl = inputs.some(({ name }) => name === 'time_ids')
  return (rows) => {
    const batch = rows.length
    const words = rows.map(({ prompt }) => prompt)
    const conds = rows.flatMap(({ timestepCond }) => timestepCond ?? [])
    const steps = rows.map((row) => row.timestep)
    return {
      sample: { data: joined(rows.map(({ sample }) => sample)), dims: [batch, ...cells] },
      timestep: {
        data: numbersOfType(timestep?.type, steps),
        dims: timestep?.shape.length === 0 ? [] : [batch],
      },
      encoder_hidden_states: sideBySide(words),
      ...(isXl ? xlConditions(words, size) : {}),
      ...(conds.length === 0
        ? {}
        : { timestep_cond: { data: joined(conds), dims: [batch, conds[0]?.length ?? 0] } }),
    }
  }
}

function deviceRow(
  feed: Feeder,
  outputName: string,
  dims: { readonly sample: readonly Dim[]; readonly output: readonly Dim[] },
): DeviceRow {
  return {
    sampleDims: dims.sample.map(Number),
    outputDims: dims.output.map(Number),
    outputName,
    feed({ sample, ...row }) {
      if (sample instanceof Float32Array) return feed([{ ...row, sample }])
      return { ...feed([{ ...row, sample: new Float32Array() }]), sample }
    },
  }
}

function unetInputs(
  sample: readonly Dim[],
  { guidance, tokenizer, files }: Manifest,
): Record<string, Expected> {
  return {
    sample: { types: FLOAT, shapes: [sample] },
    timestep: { types: [...FLOAT, 'int64', 'int32'], shapes: [[], [1]] },
    encoder_hidden_states: { types: FLOAT, shapes: [[1, tokenizer.maxLength, 'width']] },
    ...(guidance.embedding ? { timestep_cond: { types: FLOAT, shapes: [[1, guidance.dim]] } } : {}),
    ...(files.textEncoder2 === undefined ? {} : XL_INPUTS),
  }
}

/** Beside the prompt SDXL sees its pooled embedding, and sizes: original height and width, crop, target. */
const XL_INPUTS: Readonly<Record<string, Expected>> = {
  text_embeds: { types: FLOAT, shapes: [[1, 'width']] },
  time_ids: { types: FLOAT, shapes: [[1, 6]] },
}

function xlConditions(
  words: readonly PromptEmbedding[],
  { width, height }: Size,
): Record<string, TensorValue> {
  const timeIds = words.map(() => Float32Array.of(height, width, 0, 0, height, width))
  const pooled = words.map((prompt) => prompt.pooled ?? new Float32Array())
  return {
    text_embeds: { data: joined(pooled), dims: [words.length, pooled[0]?.length ?? 0] },
    time_ids: { data: joined(timeIds), dims: [words.length, 6] },
  }
}

function checkNames(graph: Graph, expected: readonly string[]): void {
  const found = graph.inputs.map(({ name }) => name)
  if (found.length === expected.length && expected.every((name) => found.includes(name))) return
  throw unexpected(graph, `has inputs ${found.join(', ')}, expected ${expected.join(', ')}`)
}

/** Rows of several pictures are at different steps: a timestep for all of them would be wrong for most. */
function whyAlone(ports: readonly Port[]): string | undefined {
  const timestep = ports.find(({ name }) => name === 'timestep')
  if (timestep?.shape.length === 0) return 'its timestep is one for all rows'
  const fixed = ports.find(({ shape }) => typeof shape[0] === 'number')
  return fixed && `its ${fixed.name} is for ${fixed.shape[0]} row`
}

// float16 timesteps are fed as float32 and rounded where tensors are made: whole numbers to 2048 are exact.
function numbersOfType(type: string | undefined, values: readonly number[]): TensorData {
  if (type === 'int64') return BigInt64Array.from(values, BigInt)
  return type === 'int32' ? Int32Array.from(values) : Float32Array.from(values)
}

/** A single part is lent as it is. */
function joined(parts: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array()] = parts
  if (parts.length === 1) return first
  const all = new Float32Array(first.length * parts.length)
  for (const [i, part] of parts.entries()) all.set(part, i * first.length)
  return all
}

/** [1,T,W] each to [B,T,W]. */
function sideBySide(words: readonly PromptEmbedding[]): TensorValue {
  const [, tokens = 0, width = 0] = words[0]?.dims ?? []
  return { data: joined(words.map(({ data }) => data)), dims: [words.length, tokens, width] }
}
