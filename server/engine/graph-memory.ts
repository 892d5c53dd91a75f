// How much memory graphs take, estimated from their files, and how much they may take.
import { readOnnxHeader } from './folder/onnx-header.ts'
import { readMemory } from './memory.ts'

/** Of the memory, what open graphs may take unless told otherwise; the rest is for runs, pictures and the server. */
const SHARE = 0.5

/** @param slots processes that share the memory. */
export function defaultBudgetBytes(slots: number): number {
  return (readMemory().totalBytes * SHARE) / slots
}

/**
 * Bytes the weights of these graphs take when opened. Provider cpu computes in float32: it keeps float16 weights
 * twice as large.
 */
export function graphBytes(paths: readonly string[], provider: string): number {
  const factor = provider === 'cpu' ? 2 : 1
  return [...new Set(paths)]
    .map((path) => readOnnxHeader(path).weightBytes)
    .reduce((sum, { half, other }) => sum + half * factor + other, 0)
}
