import { describe, expect, it } from 'vitest'
import { EngineError } from '../engine/engine.ts'
import { toWireError } from './session-event.ts'

describe('toWireError', () => {
  it('E2 says field, value, range and remedy of an error that is meant for people', () => {
    const place = { field: 'image', value: '30000x30000', range: '0..16777216 pixels' }
    expect(toWireError(new EngineError('image_too_large', 'Send a smaller one', place))).toEqual({
      code: 'image_too_large',
      message: 'Send a smaller one',
      ...place,
    })
  })

  it.each([
    new EngineError('internal', 'cannot open /home/me/models/unet.onnx'),
    new TypeError('cannot read /home/me'),
    'thrown /home/me',
  ])('E2 keeps the words of %s to itself', (error) => {
    const wire = toWireError(error)
    expect(wire.code).toBe('internal')
    expect(JSON.stringify(wire)).not.toContain('/home')
  })
})
