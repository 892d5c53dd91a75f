// `.sketchwire.json`: a drawing with its images inlined and the settings it was rendered with.
import * as v from 'valibot'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { AppError } from '../../lib/std/errors.ts'
import { DrawingContentSchema, type DrawingContent } from '../canvas/drawing-content.ts'
import { KnownSettingsSchema } from './known-settings.ts'

const FORMAT = 'sketchwire'
const VERSION = 1
export const EXTENSION = '.sketchwire.json'

const FileSchema = v.object({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  params: v.optional(KnownSettingsSchema),
  content: DrawingContentSchema,
})

export interface DrawingFile {
  readonly params: Partial<DrawParams> | undefined
  readonly content: DrawingContent
}

export function writeDrawingFile({ params, content }: DrawingFile): Blob {
  const text = JSON.stringify({ format: FORMAT, version: VERSION, params, content })
  return new Blob([text], { type: 'application/json' })
}

/** Throws AppError `invalid_message` that says what is wrong with the file. */
export function readDrawingFile(text: string): DrawingFile {
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_message', `This is no ${EXTENSION} file: it is not JSON`, { cause })
  }
  const result = v.safeParse(FileSchema, input)
  if (result.success) return { params: result.output.params, content: result.output.content }
  const [issue] = result.issues
  const where = v.getDotPath(issue) ?? 'the top level'
  throw new AppError(
    'invalid_message',
    `This is no ${EXTENSION} file of version ${VERSION}: ${where}: ${issue.message}`,
  )
}
