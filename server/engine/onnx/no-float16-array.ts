// onnxruntime-node 1.30 refuses every float16 input where the platform has a Float16Array (Node 24: "not enough space:
// expected 16, got 0", onnxruntime PR 32323, open). Without one it takes the bits as a Uint16Array, as on Node 20.
// Imported before it, in the engine's child process alone; nothing else there uses the class.
Reflect.deleteProperty(globalThis, 'Float16Array')

export {}
