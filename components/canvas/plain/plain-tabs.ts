// What the tabs that show one plain drawing say to each other: what a step changed and the names of what the page is now,
// never the page. Whoever meets a name that it does not know asks for it; whoever opens the drawing asks for what others
// have drawn and not stored yet.
import * as v from 'valibot'
import { openChannel } from '../open-channel.ts'
import { ItemSchema, type Item } from './plain-drawing.ts'
import { leftOf } from './plain-left.ts'
import { lackingIn, mergeItems, type Told } from './plain-merge.ts'
import { nameOf } from './plain-names.ts'

type Items = readonly Item[]

const plain = v.literal(1)
/** A page that was opened before this version says all of its items, and what is gone as items. */
const ToldSchema = v.object({
  plain,
  items: v.array(ItemSchema),
  page: v.optional(v.array(v.string())),
  gone: v.array(v.union([v.string(), ItemSchema])),
})
const AskSchema = v.object({ plain, lacks: v.array(v.string()) })
const MessageSchema = v.union([ToldSchema, AskSchema])

export class PlainTabs {
  readonly #channel: BroadcastChannel | undefined
  /** Not merged yet. */
  #told: readonly Told[] = []
  /** Names that others asked for, once any did, and were not answered. */
  #asked: ReadonlySet<string> | undefined

  /** Listens at once: what others draw while a drawing loads is not told again. `onHeard`: there is something to merge. */
  constructor(key: string, onHeard: () => void) {
    this.#channel = openChannel(`sketchwire-plain-${key}`)
    if (!this.#channel) return
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const { success, output } = v.safeParse(MessageSchema, data)
      if (!success) return
      if ('lacks' in output) this.#asked = new Set([...(this.#asked ?? []), ...output.lacks])
      else this.#told = [...this.#told, toldOf(output)]
      onHeard()
    }
  }

  /** A step took `gone` away and put `items` there. */
  tell(page: Items, { items, gone }: { readonly items: Items; readonly gone: Items }): void {
    this.#say({ items, page: page.map(nameOf), gone: gone.map(nameOf) })
  }

  /** Whether others say what was on their page that storage may not have. */
  ask(lacks: readonly string[] = []): void {
    this.#channel?.postMessage({ plain: 1, lacks })
  }

  /** The page with all that others told since, whose names `seen` gets; asks for what they left out. */
  merge(page: Items, seen: Set<string>): Items {
    const told = this.#told
    if (told.length === 0) return page
    this.#told = []
    for (const { items, gone } of told) for (const name of [...items.map(nameOf), ...gone]) seen.add(name)
    const merged = told.reduce(mergeItems, page)
    const lacks = lackingIn(merged, told)
    if (lacks.length > 0) this.ask(lacks)
    return merged
  }

  /** Says what was asked for, of a page that is up to date. `stored`: what storage may hold, by the time it is read. */
  answer(page: Items, stored: readonly Items[]): void {
    const asked = this.#asked
    if (!asked) return
    this.#asked = undefined
    const left = leftOf(page, stored)
    const unsafe = new Set(left.items)
    const items = page.filter((item) => unsafe.has(item) || asked.has(nameOf(item)))
    this.#say({ items, page: page.map(nameOf), gone: left.gone })
  }

  #say(told: Told): void {
    this.#channel?.postMessage({ plain: 1, ...told })
  }

  close(): void {
    this.#told = []
    this.#channel?.close()
  }
}

function toldOf({ items, page, gone }: v.InferOutput<typeof ToldSchema>): Told {
  return {
    items,
    page: page ?? items.map(nameOf),
    gone: gone.map((one) => (typeof one === 'string' ? one : nameOf(one))),
  }
}
