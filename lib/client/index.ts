export { connectCanvas, liveUrl, snapshotOf } from './connect-canvas.ts'
export type { ConnectOptions } from './connect-canvas.ts'
export type { EngineStateName, ImageCodec, ImageMeta, Timings } from '../protocol/control.ts'
export type { ErrorCode, WireError } from '../protocol/errors.ts'
export type { DrawParams, ModelInfo } from '../protocol/params.ts'
export type { Clock } from '../std/clock.ts'
export { AppError } from '../std/errors.ts'
export type { ErrorPlace } from '../std/errors.ts'
export { browserEnvironment } from './environment.ts'
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
