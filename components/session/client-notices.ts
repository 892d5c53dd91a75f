// What of the client's news the page says in a notice. The header tells how the connection and the engine are; here is
// what it has no words for.
import type { ClientState } from '../../lib/client/types.ts'
import { notify } from './notices.ts'

/**
 * Errors that the page makes good itself: it sends the drawing again and connects anew, and the header says meanwhile what
 * is the matter. Their sentences are for programs that have to do that.
 */
const OWN_BUSINESS: readonly string[] = [
  'busy',
  'cancelled',
  'draining',
  'engine_crashed',
  'engine_loading',
  'hello_timeout',
  'no_credit',
  'rate_limited',
]

type Notify = typeof notify

interface Telling {
  readonly say?: Notify
  /** Also of what lasts: people of this server are told, visitors of a page that embeds it are not. */
  readonly tellsEngine?: boolean
}

/** To be told of every change of one client. */
export function clientNotices({ say = notify, tellsEngine = true }: Telling = {}): (
  state: ClientState,
  before: ClientState,
) => void {
  let told = readTold()
  const engine = ({ engine, status }: ClientState): void => {
    if (engine.name !== 'ready') return
    const lasting = lastingWords(engine)
    if (lasting !== undefined && lasting !== told) say(lasting, 'problem')
    // A welcome says nothing of it; its sentence comes next, and was told before the connection was lost.
    if (lasting === told || (lasting === undefined && status.name !== 'live')) return
    told = lasting
    keepTold(told)
  }
  return (state, before) => {
    const { model, error } = state
    if (model && before.model && model.id !== before.model.id) say(`The model is ${model.name} now`)
    if (error && error !== before.error && !OWN_BUSINESS.includes(error.code)) say(error.message, 'problem')
    if (tellsEngine && state.engine !== before.engine) engine(state)
  }
}

/**
 * What an engine that works has to say of itself, that it runs on another provider say. Not that a model is on its way
 * (`Loading ...`): that is soon over, and said where models are chosen.
 */
export function lastingWords({ name, detail }: ClientState['engine']): string | undefined {
  return name === 'ready' && !detail?.startsWith('Loading ') ? detail : undefined
}

/** The tab's: neither another drawing nor a reload makes news of what was told. */
const TOLD = 'sketchwire:engine-told'

function readTold(): string | undefined {
  try {
    return sessionStorage.getItem(TOLD) ?? undefined
  } catch {
    return undefined
  }
}

function keepTold(told: string | undefined): void {
  try {
    if (told === undefined) sessionStorage.removeItem(TOLD)
    else sessionStorage.setItem(TOLD, told)
  } catch {
    // Storage that is refused: then it is told once for each drawing.
  }
}
