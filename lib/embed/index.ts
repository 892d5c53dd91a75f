export { defineSketchwireCanvas, ELEMENT_NAME, setDefaultServer, SketchwireCanvas } from './element.ts'
export type { TokenSource } from './element.ts'
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
export type { EmbedControls, EmbedOptions, EmbedProblem, EmbedTheme, EmbedView } from './options.ts'
