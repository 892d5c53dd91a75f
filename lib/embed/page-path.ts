// Which page a canvas is on. A frame of `srcdoc`, or one that a script filled, has no address of its own: it is told
// apart by the page around it and its place there, as canvases are on a page.
import { Places } from './places.ts'

/** The numbers of a page's frames, kept by that page for all the documents in them. */
const FRAMES = Symbol.for('sketchwire.frames')

/** A window, as far as its path is asked for. */
export interface Page {
  readonly location: Pick<Location, 'protocol' | 'pathname'>
  readonly document: Pick<Document, 'querySelectorAll'>
  /** The frame that it is in, when the page around has its origin. */
  readonly frameElement: Element | null
  readonly parent: Page
  [FRAMES]?: Places<Element>
}

export function pathOf({ location, frameElement, parent }: Page): string {
  if (location.protocol !== 'about:' || !frameElement) return location.pathname
  const frames = (parent[FRAMES] ??= new Places())
  // In the page's order, and not in that in which their scripts came.
  for (const frame of parent.document.querySelectorAll('iframe[srcdoc]')) frames.of(frame)
  return `${pathOf(parent)} ${frames.of(frameElement, 'f')}`
}
