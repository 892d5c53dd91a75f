// `sketchwire/element`: importing it makes `<sketchwire-canvas>` known to the page.
import { defineSketchwireCanvas } from './element.ts'

export { AppError } from '../std/errors.ts'
export { defineSketchwireCanvas, ELEMENT_NAME, SketchwireCanvas } from './element.ts'
export type { TokenSource } from './element.ts'
export type { CanvasEventMap, ErrorDetail } from './element-base.ts'
export { FrameMessageSchema, HostMessageSchema } from './messages.ts'
export type {
  EmbedError,
  ExportType,
  FrameDetail,
  FrameMessage,
  HostMessage,
  ReadyDetail,
  StatusDetail,
} from './messages.ts'
export { EMBED_CONTROLS, EMBED_DEFAULTS, EMBED_THEMES, EMBED_VIEWS, readEmbedOptions } from './options.ts'
export type {
  EmbedControls,
  EmbedOptions,
  EmbedProblem,
  EmbedReading,
  EmbedSurface,
  EmbedTheme,
  EmbedView,
} from './options.ts'

defineSketchwireCanvas()
