// tldraw's fonts: a page fetches those of what is on it, a tenth of a megabyte each, and no others.
import { DefaultFontFaces, react, type Editor, type TLFontFace, type TLShapeId } from 'tldraw'

type Fonts = Pick<
  Editor['fonts'],
  'ensureFontIsLoaded' | 'getShapeFontFaces' | 'loadRequiredFontsForCurrentPage' | 'requestFonts'
>

interface Page extends Pick<Editor, 'isInAny'> {
  readonly fonts: Fonts
}

/** What is written here is written in this hand; a bold or slanted word asks for its own. */
const HAND = DefaultFontFaces.tldraw_draw.normal.normal

/**
 * tldraw asks for all sixteen faces just before it calls `onMount`, and begins to fetch them right after: what it asked
 * for by then is spared. To be called from `onMount`; returns the stop.
 */
export function spareFonts(editor: Page): () => void {
  const { fonts } = editor
  fonts.ensureFontIsLoaded = async () => undefined
  queueMicrotask(() => {
    Reflect.deleteProperty(fonts, 'ensureFontIsLoaded')
    // What came onto the page in this very moment was spared too.
    void fonts.loadRequiredFontsForCurrentPage()
  })
  return react('font of words to come', () => {
    if (editor.isInAny('text', 'select.editing_shape')) fonts.requestFonts([HAND])
  })
}

/** Of the document: they came, or will not come. */
const settled = new WeakSet<TLFontFace>()

/** Resolves once words in `shapes` are as large as they will be: until its font is there, another takes its place. */
export async function fontsOf(
  editor: Pick<Editor, 'getShapeAndDescendantIds'> & { readonly fonts: Fonts },
  shapes: readonly TLShapeId[],
): Promise<void> {
  const all = [...editor.getShapeAndDescendantIds([...shapes])]
  const faces = new Set(all.flatMap((id) => editor.fonts.getShapeFontFaces(id)))
  for (const face of faces) {
    if (settled.has(face)) continue
    await editor.fonts.ensureFontIsLoaded(face)
    settled.add(face)
  }
}
