import { describe, expect, it } from 'vitest'
import { readDrawingFile, writeDrawingFile } from './drawing-file.ts'

const params = {
  prompt: 'a boat 🚤 في الليل',
  strength: 0.8,
  seed: 42,
  steps: 4,
  guidanceScale: 8,
  width: 256,
  height: 256,
}
const content = {
  shapes: [],
  bindings: [],
  rootShapeIds: [],
  assets: [],
  schema: { schemaVersion: 2, sequences: {} },
}

describe('drawing files', () => {
  it('come back as they were written', async () => {
    const text = await writeDrawingFile({
      params,
      content: { ...content, schema: { schemaVersion: 2, sequences: {} } },
    }).text()
    expect(readDrawingFile(text)).toEqual({ params, content })
  })

  it('may hold as many settings as are known before a server has been met', async () => {
    const known = { prompt: 'a boat' }
    const text = await writeDrawingFile({ params: known, content: { plain: 1, items: [] } }).text()
    expect(readDrawingFile(text).params).toEqual(known)
  })

  it.each([
    ['', 'not JSON'],
    ['{"format":"tldraw"}', 'format'],
    [JSON.stringify({ format: 'sketchwire', version: 2, content }), 'version'],
    [JSON.stringify({ format: 'sketchwire', version: 1, content: { shapes: 3 } }), 'content'],
    [
      JSON.stringify({ format: 'sketchwire', version: 1, content, params: { ...params, steps: 1e9 } }),
      'params.steps',
    ],
  ])('%j is refused, and the message says why', (text, why) => {
    expect(() => readDrawingFile(text)).toThrow(why)
  })
})
