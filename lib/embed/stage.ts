// What the element is made of: the frame, and words in its place while there is none.
import type { Peer } from './postbox.ts'

/** The page around may set `height` on the element; else it is as high as its canvas wants to be. */
const STYLE = `
:host { display: block; position: relative; width: 100%; height: var(--sketchwire-height, 420px); min-height: 160px; }
:host([hidden]) { display: none; }
iframe { display: block; width: 100%; height: 100%; border: 0; background: none; }
p { position: absolute; inset: 0; display: grid; place-content: center; margin: 0; padding: 16px; border-radius: 12px;
  background: light-dark(#f3f2ee, #1f1e1c); color: light-dark(#65625b, #aaa69d); color-scheme: inherit;
  font: 500 14px/1.45 system-ui, sans-serif; text-align: center; text-wrap: balance; overflow-wrap: anywhere; }
p[data-tone='problem'] { color: light-dark(#b3262f, #ff8c90); }
p:empty { display: none; }
`

export interface Stage {
  readonly mounted: boolean
  mount(address: string): () => Peer
  unmount(): void
  /** Words in place of the canvas; `undefined` takes them away. */
  say(text: string | undefined, tone?: 'problem'): void
  /** A frame whose colour scheme is not its page's gets an opaque backdrop, and could not be transparent. */
  setTheme(theme: string | null): void
}

export function createStage(root: ShadowRoot): Stage {
  const style = document.createElement('style')
  style.textContent = STYLE
  const words = document.createElement('p')
  words.setAttribute('role', 'status')
  root.append(style, words)
  let frame: HTMLIFrameElement | undefined
  let scheme = 'light dark'
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
      const made = document.createElement('iframe')
      made.title = 'Sketchwire canvas'
      made.allow = 'clipboard-write; fullscreen'
      made.style.colorScheme = scheme
      made.src = address
      frame = made
      root.append(made)
      return () => made.contentWindow
    },
    unmount,
    say: (text, tone) => {
      words.textContent = text ?? ''
      words.dataset['tone'] = tone ?? ''
    },
    setTheme: (theme) => {
      scheme = theme === 'light' || theme === 'dark' ? theme : 'light dark'
      words.style.colorScheme = scheme
      if (frame) frame.style.colorScheme = scheme
    },
  }
}
