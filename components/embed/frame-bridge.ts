// The inner end of the talk with the embedding page: tells it what happens, and does what it asks.
import {
  HostMessageSchema,
  type BareFrameMessage,
  type EmbedError,
  type HostMessage,
} from '../../lib/embed/messages.ts'
import { messagesOf, openPostbox, type Postbox } from '../../lib/embed/postbox.ts'
import type { ClientState, PaintedFrame } from '../../lib/client/types.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { statusWords } from '../panel/status-words.ts'
import type { Session } from '../session/session.ts'
import { answerCall, type HostCall } from './embed-calls.ts'
import { applyAttributes, checkAgainstModel, type EmbedStore } from './embed-state.ts'

type Post = (message: BareFrameMessage) => void

/** The way to the page around, open before there is a session: dialling may need its key. */
export interface Line {
  /** There is a page around that said who it is. */
  readonly isOpen: boolean
  readonly post: Post
  /** A key of the page around for this server; `undefined` where there is none, or no page that says who it is. */
  key(): Promise<string | undefined>
  /** Where calls and attributes go; what came before waits. */
  serve(handle: (message: Exclude<HostMessage, { type: 'token' }>) => void): void
  close(): void
}

const NOBODY: Line = {
  isOpen: false,
  post: () => undefined,
  key: () => Promise.resolve(undefined),
  serve: () => undefined,
  close: () => undefined,
}

/** A page around that does not answer has no key. */
const KEY_WITHIN_MS = 10_000

type KeyQuestions = Map<number, (key: string | undefined) => void>

let lastKeyId = 0

function askForKey(open: KeyQuestions, ask: (id: number) => void): Promise<string | undefined> {
  return new Promise((resolve) => {
    const id = ++lastKeyId
    const answer = (found: string | undefined) => {
      clearTimeout(timer)
      open.delete(id)
      resolve(found)
    }
    const timer = setTimeout(() => answer(undefined), KEY_WITHIN_MS)
    open.set(id, answer)
    ask(id)
  })
}

/** Opens the line to `host`. Without a page around, or one that said who it is, nothing is said. */
export function openLine(host: string | undefined): Line {
  if (host === undefined || window.parent === window) return NOBODY
  const keys: KeyQuestions = new Map()
  let handle: Parameters<Line['serve']>[0] | undefined
  const early: Parameters<Parameters<Line['serve']>[0]>[0][] = []
  const postbox = openPostbox({
    listen: messagesOf(window),
    peer: () => window.parent,
    origin: host,
    schema: HostMessageSchema,
    onMessage: (message) => {
      if (message.type === 'token') keys.get(message.id)?.(message.token ?? undefined)
      else if (handle) handle(message)
      else early.push(message)
    },
  })
  const stopCounting = countIgnored(postbox)
  const key = () => askForKey(keys, (id) => postbox.post({ type: 'needToken', id }))
  postbox.post({ type: 'hello' })
  return {
    isOpen: true,
    post: (message) => postbox.post(message),
    key,
    serve: (next) => {
      handle = next
      early.splice(0).forEach((message) => next(message))
    },
    close: () => {
      stopCounting()
      postbox.close()
    },
  }
}

/** How often somebody else tried to talk to this page, for whoever looks into it. */
function countIgnored(postbox: Postbox): () => void {
  return messagesOf(window)(() => {
    document.documentElement.dataset['ignoredMessages'] = String(postbox.ignored)
  })
}

/** Tells the page around what happens in the session, and does what it asks; returns the stop. */
export function bridge(line: Line, session: Session, store: EmbedStore): () => void {
  line.serve((message) => {
    // What is only read is there without a place at the server.
    if (message.type !== 'exportDrawing' && message.type !== 'exportImage') session.rest.touched()
    if (message.type === 'set') {
      applyAttributes(store, message.options, session.client)
      // A page that has a key now sets it as an attribute: whatever came, the lock may have one.
      if (session.client.store.getState().status.name === 'locked') session.client.retry()
    } else void answer(message, session, line.post)
  })
  const stops = tell(session, line.post)
  return () => stops.forEach((stop) => stop())
}

async function answer(call: HostCall, session: Session, post: Post): Promise<void> {
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
function tell({ client, surface, rest }: Session, post: Post): (() => void)[] {
  let isReady = false
  let told = ''
  const look = () => {
    const state = client.store.getState()
    const { ready, kept } = surface.store.getState()
    const detail = {
      connection: state.status.name,
      activity: state.activity,
      text: statusWords(state.activity, state, Date.now()).text,
      kept,
    }
    const now = `${detail.connection} ${detail.activity} ${kept}`
    if (now !== told) post({ type: 'status', detail })
    told = now
    const { model, params } = state
    if (isReady || !model || !params || !ready) return
    isReady = true
    const { width, height } = params
    post({ type: 'ready', detail: { model: { id: model.id, name: model.name }, width, height } })
  }
  look()
  return [
    client.store.subscribe((state, before) => {
      look()
      const error = troubleOf(state, before)
      // A page that nobody looks at has not lost its connection, but given it back.
      const isRest = rest.isResting && error?.code === 'connection_lost'
      if (error && !isRest) post({ type: 'error', detail: error })
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
  if (state.status.name === 'locked') return { code: 'unauthorized', message: state.status.reason }
  if (state.status.name === 'reload') return { code: 'protocol_version', message: state.status.reason }
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
