// A drawing outside of any canvas: what files hold and pins keep.
import type { TLContent } from 'tldraw'
import * as v from 'valibot'
import { PlainContentSchema, type PlainContent } from './plain/plain-drawing.ts'

/** A drawing outside of an editor: tldraw's records with their schema, or what the plain canvas holds. */
export type DrawingContent = TLContent | PlainContent

/** Enough of the shape of a drawing to hand it to tldraw, which migrates and validates every record itself. */
const TldrawContentSchema = v.custom<TLContent>((input) => {
  const outline = v.object({
    shapes: v.array(v.object({ id: v.string(), typeName: v.literal('shape') })),
    rootShapeIds: v.array(v.string()),
    assets: v.array(v.object({ id: v.string(), typeName: v.literal('asset') })),
    schema: v.object({ schemaVersion: v.number() }),
  })
  return v.is(outline, input)
}, 'This holds no Sketchwire drawing')

export const DrawingContentSchema = v.union(
  [TldrawContentSchema, PlainContentSchema],
  'This holds no Sketchwire drawing',
)
