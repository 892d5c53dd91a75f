/** The part of a logger (pino's shape) the engine uses. */
export interface EngineLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export const silentLog: EngineLog = { info: () => undefined, warn: () => undefined }
