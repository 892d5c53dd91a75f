// Writes ONNX files of a few nodes, for what a test needs and no exporter at hand writes. Field numbers are those of
// onnx.proto3 (ONNX, Apache-2.0).

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

const int = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)])

function part(field: number, content: string | Buffer | readonly Buffer[]): Buffer {
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.isBuffer(content)
        ? content
        : Buffer.concat(content)
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes])
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([varint(field * 8 + 5), bytes])
}

export type Attribute =
  { readonly float: number } | { readonly ints: readonly number[] } | { readonly graph: Buffer }

function attribute(name: string, value: Attribute): Buffer {
  if ('float' in value) return Buffer.concat([part(1, name), float(2, value.float), int(20, 1)])
  if ('graph' in value) return Buffer.concat([part(1, name), part(6, value.graph), int(20, 5)])
  return Buffer.concat([part(1, name), ...value.ints.map((one) => int(8, one)), int(20, 7)])
}

export interface NodeOptions {
  readonly domain?: string
  readonly attributes?: Readonly<Record<string, Attribute>>
}

/** NodeProto. */
export function node(
  opType: string,
  [inputs, outputs]: readonly [readonly string[], readonly string[]],
  { domain = '', attributes = {} }: NodeOptions = {},
): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => part(1, name)),
    ...outputs.map((name) => part(2, name)),
    part(4, opType),
    ...Object.entries(attributes).map(([name, value]) => part(5, attribute(name, value))),
    part(7, domain),
  ])
}

export interface External {
  readonly location: string
  readonly offset: number
}

const FLOAT = 1
const BOOL = 9

/** TensorProto of float32; its values are in `external.location` from `external.offset` on where that is given. */
export function floats(
  name: string,
  dims: readonly number[],
  values: Float32Array | External,
  bytes = 4 * dims.reduce((product, dim) => product * dim, 1),
): Buffer {
  const head = [...dims.map((dim) => int(1, dim)), int(2, FLOAT), part(8, name)]
  if (values instanceof Float32Array)
    return Buffer.concat([...head, part(9, Buffer.from(values.buffer, values.byteOffset, values.byteLength))])
  const entries = Object.entries({ ...values, length: bytes })
  const beside = entries.map(([key, value]) => part(13, [part(1, key), part(2, String(value))]))
  return Buffer.concat([...head, ...beside, int(14, 1)])
}

export function bool(name: string, value: boolean): Buffer {
  return Buffer.concat([int(2, BOOL), part(8, name), part(9, Buffer.of(value ? 1 : 0))])
}

/** ValueInfoProto of a float32 tensor. A side that is not fixed is a name. */
export function port(name: string, dims: readonly (number | string)[]): Buffer {
  const shape = dims.map((dim) => part(1, typeof dim === 'number' ? int(1, dim) : part(2, dim)))
  return Buffer.concat([part(1, name), part(2, part(1, [int(1, FLOAT), part(2, shape)]))])
}

/** ValueInfoProto of a sequence of float32 tensors. */
export function sequencePort(name: string): Buffer {
  return Buffer.concat([part(1, name), part(2, part(4, part(1, part(1, int(1, FLOAT)))))])
}

export interface GraphParts {
  readonly nodes: readonly Buffer[]
  readonly inputs?: readonly Buffer[]
  readonly outputs: readonly Buffer[]
  readonly initializers?: readonly Buffer[]
}

export function graph({ nodes, inputs = [], outputs, initializers = [] }: GraphParts): Buffer {
  return Buffer.concat([
    ...nodes.map((one) => part(1, one)),
    part(2, 'tiny'),
    ...initializers.map((one) => part(5, one)),
    ...inputs.map((one) => part(11, one)),
    ...outputs.map((one) => part(12, one)),
  ])
}

const OPSETS = [part(8, int(2, 17)), part(8, [part(1, 'local'), int(2, 1)])]

/** FunctionProto `name` of domain "local". */
export function localFunction(
  name: string,
  [inputs, outputs]: readonly [readonly string[], readonly string[]],
  nodes: readonly Buffer[],
): Buffer {
  return Buffer.concat([
    part(1, name),
    ...inputs.map((one) => part(4, one)),
    ...outputs.map((one) => part(5, one)),
    ...nodes.map((one) => part(7, one)),
    part(9, int(2, 17)),
    part(10, 'local'),
  ])
}

/** ModelProto: the file. */
export function model(main: Buffer, functions: readonly Buffer[] = []): Buffer {
  return Buffer.concat([int(1, 8), part(7, main), ...OPSETS, ...functions.map((one) => part(25, one))])
}
