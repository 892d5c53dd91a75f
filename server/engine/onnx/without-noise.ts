// A copy of an ONNX graph whose normal noise is as good as none: `scale`, the deviation of every RandomNormal and
// RandomNormalLike, becomes the least there is, in subgraphs and functions too. All else stays to the byte.
import { ATTRIBUTE, FUNCTION, GRAPH, MODEL, NODE } from '../folder/onnx-fields.ts'
import { enclosed, integer, varint, WIRE } from './protobuf.ts'

/** Operators that draw from a normal distribution of deviation `scale`, 1 where they do not say. */
export const NORMAL_NOISE: ReadonlySet<string> = new Set(['RandomNormal', 'RandomNormalLike'])

/**
 * The least float32 that is no denormal: it vanishes in whatever it is added to. Not 0: onnxruntime's library for Linux
 * is built with assertions, and one of them ends the process where a deviation is not positive.
 */
const LEAST_DEVIATION = 2 ** -126

/** @param model a whole ONNX file that `readOnnxHeader` could read; files beside it stay the copy's. */
export function withoutNoise(model: Buffer): Buffer {
  const copy = rewritten(model, (field, content) => {
    if (field === MODEL.graph) return quietGraph(content)
    return field === MODEL.functions ? quietNodes(content, FUNCTION.node) : undefined
  })
  return Buffer.concat(copy)
}

const quietGraph = (graph: Buffer): Buffer[] => quietNodes(graph, GRAPH.node)

function quietNodes(holder: Buffer, nodeField: number): Buffer[] {
  return rewritten(holder, (field, node) => (field === nodeField ? quietNode(node) : undefined))
}

function quietNode(node: Buffer): Buffer[] {
  const fields = [...fieldsOf(node)]
  const operator = fields.find(({ number }) => number === NODE.opType)?.content?.toString()
  if (operator !== undefined && NORMAL_NOISE.has(operator)) {
    const others = fields.filter(({ number, content }) => !(number === NODE.attribute && isScale(content)))
    return [...others.map(({ whole }) => whole), ...enclosed(NODE.attribute, [scaleAttribute()])]
  }
  return rewritten(node, (field, attribute) =>
    field === NODE.attribute
      ? rewritten(attribute, (part, graph) =>
          part === ATTRIBUTE.graph || part === ATTRIBUTE.graphs ? quietGraph(graph) : undefined,
        )
      : undefined,
  )
}

function isScale(attribute: Buffer | undefined): boolean {
  if (attribute === undefined) return false
  return [...fieldsOf(attribute)].some(
    ({ number, content }) => number === ATTRIBUTE.name && content?.toString() === 'scale',
  )
}

/** onnx.proto3: AttributeProto.FLOAT. */
const FLOAT = 1

/** AttributeProto { name: "scale", f, type: FLOAT }. */
function scaleAttribute(): Buffer {
  const value = Buffer.alloc(4)
  value.writeFloatLE(LEAST_DEVIATION)
  return Buffer.concat([
    ...enclosed(ATTRIBUTE.name, [Buffer.from('scale')]),
    varint(ATTRIBUTE.float * 8 + WIRE.fixed32),
    value,
    integer(ATTRIBUTE.type, FLOAT),
  ])
}

interface Field {
  readonly number: number
  /** With its tag. */
  readonly whole: Buffer
  /** Of a text or a message. */
  readonly content: Buffer | undefined
}

function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0
  const number = () => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++)
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const start = at
    const tag = number()
    const wire = tag % 8
    let content: Buffer | undefined
    if (wire === WIRE.varint) number()
    else if (wire === WIRE.fixed64) at += 8
    else if (wire === WIRE.fixed32) at += 4
    else {
      const length = number()
      content = message.subarray(at, at + length)
      at += length
    }
    yield { number: Math.floor(tag / 8), whole: message.subarray(start, at), content }
  }
}

/** The message in pieces, those of its fields changed that `change` gives new content. */
function rewritten(
  message: Buffer,
  change: (field: number, content: Buffer) => readonly Buffer[] | undefined,
): Buffer[] {
  return [...fieldsOf(message)].flatMap(({ number, whole, content }) => {
    const changed = content && change(number, content)
    return changed === undefined ? [whole] : enclosed(number, changed)
  })
}
