export { fitToModel, refinedParams } from './draft-params.ts'
export { browserEnvironment, socketOpener } from './environment.ts'
export type { Environment, Socket, SocketHandlers } from './environment.ts'
export { readPngText, withParameters, withPngText } from './png-parameters.ts'
export { createSketchClient } from './sketch-client.ts'
export type {
  Activity,
  ClientState,
  ClientStats,
  ConnectionStatus,
  PaintedFrame,
  SketchClient,
  SketchClientOptions,
  Snapshot,
  TakeSnapshot,
} from './types.ts'
