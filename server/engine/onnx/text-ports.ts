import { check, FLOAT, only, unexpected } from './port-checks.ts'
import type { Graph, TensorValue } from './runtime.ts'

export interface TextEncoderBinding {
  feed(ids: readonly number[]): Record<string, TensorValue>
  /** Names of the outputs to ask for. */
  readonly outputs: readonly string[]
}

/** 'last': last_hidden_state. 'hidden': SDXL's last hidden state but one; '+pooled' with its text_embeds. */
export type TextEncoderRole = 'last' | 'hidden' | 'hidden+pooled'

/** Token ids enter as [1,maxLength] int32 or int64. @throws AppError `model_unexpected_io`. */
export function bindTextEncoder(graph: Graph, maxLength: number, role: TextEncoderRole): TextEncoderBinding {
  const shape = [1, maxLength]
  const input = check(graph, only(graph, graph.inputs, 'input'), {
    types: ['int64', 'int32'],
    shapes: [shape],
  })
  const states = role === 'last' ? lastState(graph) : penultimateState(graph)
  check(graph, states, { types: FLOAT, shapes: [[1, maxLength, 'width']] })
  const outputs = role === 'hidden+pooled' ? [states.name, pooled(graph)] : [states.name]
  return {
    outputs,
    feed: (ids) => ({
      [input.name]: {
        data: input.type === 'int32' ? Int32Array.from(ids) : BigInt64Array.from(ids, BigInt),
        dims: shape,
      },
    }),
  }
}

function lastState(graph: Graph) {
  return (
    graph.outputs.find(({ name }) => name === 'last_hidden_state') ?? only(graph, graph.outputs, 'output')
  )
}

/** optimum names them hidden_states.0 (the embeddings) to hidden_states.N. */
function penultimateState(graph: Graph) {
  const states = graph.outputs
    .map((port) => ({ port, index: Number(/^hidden_states\.(\d+)$/.exec(port.name)?.[1] ?? -1) }))
    .filter(({ index }) => index >= 0)
    .sort((a, b) => a.index - b.index)
  const penultimate = states.at(-2)?.port
  if (penultimate !== undefined) return penultimate
  const names = graph.outputs.map(({ name }) => name).join(', ')
  throw unexpected(graph, `gives ${names}, expected hidden_states.N of which SDXL reads the last but one`)
}

function pooled(graph: Graph): string {
  const port = graph.outputs.find(({ name }) => name === 'text_embeds')
  if (port !== undefined) return check(graph, port, { types: FLOAT, shapes: [[1, 'width']] }).name
  const names = graph.outputs.map(({ name }) => name).join(', ')
  throw unexpected(graph, `gives ${names}, expected text_embeds of SDXL's second text encoder`)
}
