// The inner end of the talk with the embedding page: tells it what happens, and does what it asks.
import {
  HostMessageSchema,
  type BareFrameMessage,
  type EmbedError,
  type HostMessage,
} from '../../lib/embed/messages.ts'
import { messagesOf, openPostbox } from '../../lib/embed/postbox.ts'
import type { ClientState, PaintedFrame } from '../../lib/client/types.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { statusWords } from '../panel/status-words.ts'
import type { Session } from '../session/session.ts'
import { answerCall, type HostCall } from './embed-calls.ts'
import { applyAttributes, checkAgainstModel, type EmbedStore } from './embed-state.ts'

export interface Bridge {
  /** Height in CSS pixels that the canvas would like to have. */
  height(px: number): void
  stop(): void
}

const NOBODY: Bridge = { height: () => undefined, stop: () => undefined }

/** Talks with the page around this one. Without a page around, or one that said who it is, it keeps silent. */
export function bridgeTo(session: Session, store: EmbedStore): Bridge {
  const { host } = store.getState().options
  if (host === undefined || window.parent === window) return NOBODY
  const postbox = openPostbox({
    listen: messagesOf(window),
    peer: () => window.parent,
    origin: host,
    schema: HostMessageSchema,
    onMessage: (message) => receive(message),
  })
  const post = (message: BareFrameMessage) => postbox.post(message)
  const receive = (message: HostMessage) => {
    if (message.type === 'set') applyAttributes(store, message.options, session.client)
    else if (message.type !== 'token') void answer(message, session, post)
  }
  // How often somebody else tried to talk to this page, for whoever looks into it.
  const count = () => {
    document.documentElement.dataset['ignoredMessages'] = String(postbox.ignored)
  }
  window.addEventListener('message', count)
  post({ type: 'hello' })
  const stops = [...tell(session, post), () => window.removeEventListener('message', count)]
  return {
    height: (height) => post({ type: 'height', height }),
    stop: () => {
      stops.forEach((stop) => stop())
      postbox.close()
    },
  }
}

async function answer(
  call: HostCall,
  session: Session,
  post: (message: BareFrameMessage) => void,
): Promise<void> {
  const { id } = call
  try {
    post({ type: 'result', id, ok: true, value: await answerCall(call, session) })
  } catch (error) {
    post({ type: 'failure', id, error: wordsOf(error) })
  }
}

function wordsOf(error: unknown): EmbedError {
  if (!(error instanceof AppError)) return { code: 'internal', message: messageOf(error) }
  const { code, message, place } = error
  return { code, message, ...place }
}

/** Watches the session and tells the page around; returns the stops. */
function tell({ client, surface }: Session, post: (message: BareFrameMessage) => void): (() => void)[] {
  let isReady = false
  let told = ''
  const look = () => {
    const state = client.store.getState()
    const detail = {
      connection: state.status.name,
      activity: state.activity,
      text: statusWords(state.activity, state, Date.now()).text,
    }
    const now = `${detail.connection} ${detail.activity}`
    if (now !== told) post({ type: 'status', detail })
    told = now
    const { model, params } = state
    if (isReady || !model || !params || !surface.store.getState().editor) return
    isReady = true
    const { width, height } = params
    post({ type: 'ready', detail: { model: { id: model.id, name: model.name }, width, height } })
  }
  look()
  return [
    client.store.subscribe((state, before) => {
      look()
      const error = troubleOf(state, before)
      if (error) post({ type: 'error', detail: error })
    }),
    surface.store.subscribe(look),
    client.onFrame((frame) => post({ type: 'frame', detail: frameDetail(frame) })),
  ]
}

/** What a person should know of this change: an error, or a connection that is gone. */
function troubleOf(state: ClientState, before: ClientState): EmbedError | undefined {
  if (state.error && state.error !== before.error) return { ...state.error }
  if (state.status === before.status) return undefined
  if (state.status.name === 'waiting') return { code: 'connection_lost', message: state.status.reason }
  if (state.status.name === 'reload') return { code: 'protocol_version', message: state.status.reason }
  if (state.status.name === 'locked') return { code: 'unauthorized', message: state.status.reason }
  return undefined
}

function frameDetail({ seq, width, height, params, meta }: PaintedFrame) {
  const { steps, seed, mode, timings } = meta
  const refined = mode === 'refine'
  return { seq, width, height, prompt: params.prompt, seed, steps, refined, serverMs: timings.totalMs }
}

/** Tells once, when the server's model is known, what it cannot do. */
export function watchModel(session: Session, store: EmbedStore): () => void {
  let known: string | undefined
  return session.client.store.subscribe(({ model, params }) => {
    if (!model || !params || model.id === known) return
    known = model.id
    checkAgainstModel(store, model, session.client)
  })
}
