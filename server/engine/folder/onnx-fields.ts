// Where things are in an ONNX file: the field numbers of onnx.proto3 (ONNX, Apache-2.0) that this engine knows.
export const MODEL = { irVersion: 1, graph: 7, opset: 8, functions: 25 } as const
/** Of the operators of ONNX itself, which have no domain. */
export const OPSET = { version: 2 } as const
export const FUNCTION = { node: 7 } as const
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const
/** `opType` is its operator's name. */
export const NODE = { input: 1, output: 2, opType: 4, attribute: 5 } as const
/** `graph` and `graphs` are the branches of an If, the body of a Loop. */
export const ATTRIBUTE = { name: 1, float: 2, int: 3, graph: 6, graphs: 11, type: 20 } as const
export const TENSOR = { dataType: 2, name: 8, externalData: 13 } as const
/** An input or output of a graph; `type` is a message whose field `tensor` is of `TENSOR_TYPE`. */
export const VALUE = { name: 1, type: 2, tensor: 1 } as const
/** `shape` is a message of fields `dim`, each of which names its length. */
export const TENSOR_TYPE = { element: 1, shape: 2, dim: 1, dimName: 2 } as const
