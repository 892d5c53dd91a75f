// What an ONNX file takes, gives, runs and keeps beside it, read from its protobuf without loading a weight: a graph of
// several GB is described in milliseconds and without onnxruntime, so the parent process may do it.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { AppError, messageOf } from '../../../lib/std/errors.ts'
import { ATTRIBUTE, FUNCTION, GRAPH, MODEL, NODE, TENSOR } from './onnx-fields.ts'

/** One input or output. A dimension that is not fixed is a name. */
export interface HeaderPort {
  readonly name: string
  /** onnxruntime's name of the element type: float32, float16, int64, ... */
  readonly type: string
  readonly shape: readonly (number | string)[]
}

export interface OnnxHeader {
  readonly inputs: readonly HeaderPort[]
  readonly outputs: readonly HeaderPort[]
  /** Names of the operators of its nodes, those in subgraphs and in the file's own functions too. */
  readonly operators: ReadonlySet<string>
  /** Files its weights are in, relative to its own folder. */
  readonly externalFiles: readonly string[]
  /** Bytes of its weights, in the file itself or beside it; those of float16 apart. */
  readonly weightBytes: { readonly half: number; readonly other: number }
}

const ELEMENT_TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
}
const FLOAT16 = 10
const WINDOW_BYTES = 1 << 16

/** @throws AppError `model_missing_file`, or `model_unloadable` for a file that is no ONNX graph; both name it. */
export function readOnnxHeader(path: string): OnnxHeader {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (cause) {
    throw new AppError('model_missing_file', `${path} is missing; install the model again`, { cause })
  }
  try {
    return parseModel(new Cursor(fd, fstatSync(fd).size))
  } catch (cause) {
    const message = `${path} is not an ONNX graph (${messageOf(cause)}); install the model again`
    throw new AppError('model_unloadable', message, { cause })
  } finally {
    closeSync(fd)
  }
}

/** Reads forward through a file with a small window; what is skipped is never read. */
class Cursor {
  readonly #fd: number
  readonly end: number
  readonly #window = Buffer.alloc(WINDOW_BYTES)
  #windowStart = 0
  #windowLength = 0
  at = 0

  constructor(fd: number, end: number) {
    this.#fd = fd
    this.end = end
  }

  byte(): number {
    const index = this.at - this.#windowStart
    if (index < 0 || index >= this.#windowLength) {
      this.#windowStart = this.at
      this.#windowLength = readSync(this.#fd, this.#window, 0, WINDOW_BYTES, this.at)
      if (this.#windowLength === 0)
        throw new RangeError(`it ends at byte ${this.at}, in the middle of a field`)
    }
    return this.#window[this.at++ - this.#windowStart] ?? 0
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError(`a number at byte ${this.at} has no end`)
  }

  text(length: number): string {
    if (length > WINDOW_BYTES) throw new RangeError(`a name of ${length} bytes at byte ${this.at}`)
    return Buffer.from(Array.from({ length }, () => this.byte())).toString('utf8')
  }
}

type OnField = (field: number, length: number) => void

/** Walks the fields of one message; `onLength` may read its `length` bytes, and what it leaves is skipped. */
function walk(cursor: Cursor, end: number, onLength: OnField, onNumber: OnField = () => undefined): void {
  if (end > cursor.end) throw new RangeError(`a field ends ${end - cursor.end} bytes after the file does`)
  while (cursor.at < end) {
    const tag = cursor.varint()
    const [field, wire] = [Math.floor(tag / 8), tag % 8]
    if (wire === 0) onNumber(field, cursor.varint())
    else if (wire === 1) cursor.at += 8
    else if (wire === 5) cursor.at += 4
    else if (wire === 2) {
      const length = cursor.varint()
      const next = cursor.at + length
      if (next > end) throw new RangeError(`a field ends ${next - end} bytes after what holds it`)
      onLength(field, length)
      cursor.at = next
    } else throw new RangeError(`unknown wire type ${wire} at byte ${cursor.at}`)
  }
}

function parseModel(cursor: Cursor): OnnxHeader {
  const inputs: HeaderPort[] = []
  const outputs: HeaderPort[] = []
  const operators = new Set<string>()
  const initializers = new Set<string>()
  const externalFiles = new Set<string>()
  const weightBytes = { half: 0, other: 0 }
  const onGraphField: OnField = (field, length) => {
    const end = cursor.at + length
    if (field === GRAPH.node) addOperators(cursor, end, operators)
    else if (field === GRAPH.initializer) {
      const { name, location, bytes, isHalf } = parseTensor(cursor, end)
      initializers.add(name)
      weightBytes[isHalf ? 'half' : 'other'] += bytes
      if (location !== undefined) externalFiles.add(location)
    } else if (field === GRAPH.input) inputs.push(parsePort(cursor, end))
    else if (field === GRAPH.output) outputs.push(parsePort(cursor, end))
  }
  const onFunctionField: OnField = (field, length) => {
    if (field === FUNCTION.node) addOperators(cursor, cursor.at + length, operators)
  }
  walk(cursor, cursor.end, (field, length) => {
    if (field === MODEL.graph) walk(cursor, cursor.at + length, onGraphField)
    else if (field === MODEL.functions) walk(cursor, cursor.at + length, onFunctionField)
  })
  if (outputs.length === 0) throw new RangeError('it has no outputs')
  // Before IR version 4 weights were listed among the inputs as well.
  const fed = inputs.filter(({ name }) => !initializers.has(name))
  return { inputs: fed, outputs, operators, externalFiles: [...externalFiles], weightBytes }
}

/** The operator of one node, and those of the subgraphs it holds. */
function addOperators(cursor: Cursor, end: number, operators: Set<string>): void {
  const onSubgraphField: OnField = (field, length) => {
    if (field === GRAPH.node) addOperators(cursor, cursor.at + length, operators)
  }
  const onAttributeField: OnField = (field, length) => {
    if (field === ATTRIBUTE.graph || field === ATTRIBUTE.graphs)
      walk(cursor, cursor.at + length, onSubgraphField)
  }
  walk(cursor, end, (field, length) => {
    if (field === NODE.opType) operators.add(cursor.text(length))
    else if (field === NODE.attribute) walk(cursor, cursor.at + length, onAttributeField)
  })
}

interface HeaderTensor {
  readonly name: string
  readonly location: string | undefined
  readonly bytes: number
  readonly isHalf: boolean
}

function parseTensor(cursor: Cursor, end: number): HeaderTensor {
  const beside: Record<string, string> = {}
  let name = ''
  let isHalf = false
  const own = end - cursor.at
  const onLength: OnField = (field, length) => {
    if (field === TENSOR.name) name = cursor.text(length)
    if (field !== TENSOR.externalData) return
    const entry: Record<number, string> = {}
    walk(cursor, cursor.at + length, (part, size) => (entry[part] = cursor.text(size)))
    beside[entry[1] ?? ''] = entry[2] ?? ''
  }
  walk(cursor, end, onLength, (field, value) => {
    if (field === TENSOR.dataType) isHalf = value === FLOAT16
  })
  const { location, length } = beside
  return { name, location, bytes: location === undefined ? own : Number(length ?? 0), isHalf }
}

/** ValueInfoProto { name, type { tensor_type { elem_type, shape { dim { value | param } } } } } */
function parsePort(cursor: Cursor, end: number): HeaderPort {
  let name = ''
  let type = 'no tensor'
  const shape: (number | string)[] = []
  const onDim: OnField = (field, length) => {
    if (field !== 1) return
    let dim: number | string = '?'
    walk(
      cursor,
      cursor.at + length,
      (part, size) => part === 2 && (dim = cursor.text(size)),
      (part, value) => part === 1 && (dim = value),
    )
    shape.push(dim)
  }
  const onTensorType: OnField = (field, length) => {
    if (field === 2) walk(cursor, cursor.at + length, onDim)
  }
  const onElementType: OnField = (field, value) => {
    if (field === 1) type = ELEMENT_TYPES[value] ?? `type ${value}`
  }
  walk(cursor, end, (field, length) => {
    if (field === 1) name = cursor.text(length)
    if (field !== 2) return
    walk(cursor, cursor.at + length, (kind, size) => {
      if (kind === 1) walk(cursor, cursor.at + size, onTensorType, onElementType)
    })
  })
  return { name, type, shape }
}
