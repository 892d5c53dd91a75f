export { connectCanvas, liveUrl, snapshotOf } from './connect-canvas.ts'
export type { ConnectOptions } from './connect-canvas.ts'
export { AppError } from '../std/errors.ts'
export type { Environment, Socket, SocketHandlers } from './environment.ts'
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
