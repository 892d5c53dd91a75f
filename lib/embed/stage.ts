// What the element is made of: the frame, and words in its place while there is none.
import type { Peer } from './postbox.ts'
import { dress } from './stage-style.ts'

export interface Stage {
  readonly mounted: boolean
  mount(address: string): () => Peer
  unmount(): void
  /** Words in place of the canvas; `undefined` takes them away. */
  say(text: string | undefined, tone?: 'problem'): void
  /** As high as the canvas would like to be, in CSS pixels; a `height` of the page around overrules it. */
  setHeight(px: number): void
  /** Once more, in another document. */
  dress(): void
  /** A frame whose colour scheme is not its page's gets an opaque backdrop, and could not be transparent. */
  setTheme(theme: string | null): void
}

export function createStage(root: ShadowRoot): Stage {
  dress(root)
  const words = document.createElement('p')
  words.setAttribute('role', 'status')
  root.append(words)
  let frame: HTMLIFrameElement | undefined
  let scheme = 'light dark'
  let heightPx: number | undefined
  const unmount = () => {
    frame?.remove()
    frame = undefined
  }
  return {
    get mounted() {
      return frame !== undefined
    },
    mount: (address) => {
      unmount()
      const made = makeFrame(address, scheme)
      frame = made
      root.append(made)
      return () => made.contentWindow
    },
    unmount,
    say: (text, tone) => {
      words.textContent = text ?? ''
      words.dataset['tone'] = tone ?? ''
    },
    setHeight: (px) => {
      heightPx = Math.ceil(px)
      dress(root, heightPx)
    },
    dress: () => dress(root, heightPx),
    setTheme: (theme) => {
      scheme = theme === 'light' || theme === 'dark' ? theme : 'light dark'
      words.style.colorScheme = scheme
      if (frame) frame.style.colorScheme = scheme
    },
  }
}

function makeFrame(address: string, scheme: string): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.title = 'Sketchwire canvas'
  frame.allow = 'clipboard-write; fullscreen'
  frame.style.colorScheme = scheme
  frame.src = address
  return frame
}
