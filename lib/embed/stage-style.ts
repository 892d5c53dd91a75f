// The look of the element. A sheet made by script, because a page whose policy has a style-src takes a <style> with text
// for an inline one, in shadow trees too.

/** Until the canvas has said how high it would like to be. */
const FIRST_HEIGHT_PX = 420

/**
 * The page around may set `height` on the element; else it is as high as its canvas wants to be. That is said here and
 * not in the `style` attribute: it is the page's, and frameworks write it anew. The words in
 * place of a canvas are English, in pages of either direction.
 */
const styleOf = (heightPx: number) => `
:host { display: block; position: relative; width: 100%; height: ${heightPx}px; min-height: 160px; }
:host([hidden]) { display: none; }
iframe { display: block; width: 100%; height: 100%; border: 0; background: none; }
p { position: absolute; inset: 0; display: grid; place-content: center; margin: 0; padding: 16px; border-radius: 12px;
  background: light-dark(#f3f2ee, #1f1e1c); color: light-dark(#65625b, #aaa69d); color-scheme: inherit;
  font: 500 14px/1.45 system-ui, sans-serif; text-align: center; text-wrap: balance; overflow-wrap: anywhere;
  direction: ltr; }
p[data-tone='problem'] { color: light-dark(#b3262f, #ff8c90); }
p:empty { display: none; }
`

/**
 * Dresses `root`, in place of what it wears; once more for another height, and after it went to another document, which
 * takes sheets made in its own window alone.
 */
export function dress(root: ShadowRoot, heightPx = FIRST_HEIGHT_PX): void {
  if ('adoptedStyleSheets' in root) adoptSheet(root, styleOf(heightPx))
  else putStyle(root, styleOf(heightPx))
}

function adoptSheet(root: ShadowRoot, text: string): void {
  // A document without a window shows nothing.
  const Sheet = root.ownerDocument.defaultView?.CSSStyleSheet
  if (!Sheet) return
  const sheet = new Sheet()
  sheet.replaceSync(text)
  root.adoptedStyleSheets = [sheet]
}

/** For browsers before 2023. */
function putStyle(root: DocumentFragment, text: string): void {
  let style = root.querySelector('style')
  if (!style) {
    style = document.createElement('style')
    root.append(style)
  }
  style.textContent = text
}
