// The look of the element. A sheet made by script, because a page whose policy has a style-src takes a <style> with text
// for an inline one, in shadow trees too.

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

/** Dresses `root`; once more after it went to another document, which takes sheets made in its own window alone. */
export function dress(root: ShadowRoot): void {
  if ('adoptedStyleSheets' in root) adoptSheet(root)
  else addStyle(root)
}

function adoptSheet(root: ShadowRoot): void {
  // A document without a window shows nothing.
  const Sheet = root.ownerDocument.defaultView?.CSSStyleSheet
  if (!Sheet) return
  const sheet = new Sheet()
  sheet.replaceSync(STYLE)
  root.adoptedStyleSheets = [sheet]
}

/** For browsers before 2023; this one goes along to another document. */
function addStyle(root: DocumentFragment): void {
  if (root.querySelector('style')) return
  const style = document.createElement('style')
  style.textContent = STYLE
  root.append(style)
}
