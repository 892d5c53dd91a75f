// How protobuf writes a field: what ONNX files are made of.

/** protobuf's ways to write a field. */
export const WIRE = { varint: 0, fixed64: 1, enclosed: 2, fixed32: 5 } as const

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

/** A field that holds a whole number. */
export function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8 + WIRE.varint), varint(value)])
}

/** A field that holds a text or a message, in pieces. */
export function enclosed(field: number, content: readonly Buffer[]): Buffer[] {
  const length = content.reduce((sum, piece) => sum + piece.length, 0)
  return [varint(field * 8 + WIRE.enclosed), varint(length), ...content]
}
