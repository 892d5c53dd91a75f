// Where things are in an ONNX file: the field numbers of onnx.proto3 (ONNX, Apache-2.0) that this engine knows.
export const MODEL = { graph: 7, functions: 25 } as const
export const FUNCTION = { node: 7 } as const
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const
/** `opType` is its operator's name. */
export const NODE = { opType: 4, attribute: 5 } as const
/** `graph` and `graphs` are the branches of an If, the body of a Loop. */
export const ATTRIBUTE = { name: 1, float: 2, graph: 6, graphs: 11, type: 20 } as const
export const TENSOR = { dataType: 2, name: 8, externalData: 13 } as const
