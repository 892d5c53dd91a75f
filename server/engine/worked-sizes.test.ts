import { describe, expect, it } from 'vitest'
import { AppError } from '../../lib/std/errors.ts'
import { OUT_OF_MEMORY, PROVIDER_FAILED } from './onnx/device-errors.ts'
import { WorkedSizes } from './worked-sizes.ts'

const DEFAULTS = { width: 512, height: 512 }
const LARGE = { width: 1152, height: 768 }
const full = new AppError(OUT_OF_MEMORY, '/home/me/unet.onnx on provider cuda: Failed to allocate memory')
const lost = new AppError(PROVIDER_FAILED, '/home/me/unet.onnx on provider cuda: CUDA failure 999')

const OF_THE_SIZE = {
  failure: {
    code: 'invalid_params',
    message:
      'The device has no memory to paint at 1152x768; choose a smaller size, such as 512x512, or another model',
    place: { field: 'width', value: '1152x768', range: 'a smaller size, such as 512x512' },
  },
  noRoomFor: LARGE,
}
const OF_THE_DEVICE = {
  failure: {
    code: 'engine_crashed',
    message: 'The device ran out of memory on this frame; send it again',
    place: {},
  },
  fatal: full.message,
}

describe('a job that ran out of memory', () => {
  it('at a size that has not worked yet was too large: it ends alone', () => {
    const sizes = new WorkedSizes('cuda', DEFAULTS)
    expect(sizes.failed(full, LARGE)).toEqual(OF_THE_SIZE)
    // It still has not.
    expect(sizes.failed(full, LARGE)).toEqual(OF_THE_SIZE)
  })

  it.each([
    ['the default size', DEFAULTS],
    ['a smaller one', { width: 384, height: 512 }],
  ])('at %s has a device that fails', (_, size) => {
    expect(new WorkedSizes('cuda', DEFAULTS).failed(full, size)).toEqual(OF_THE_DEVICE)
  })

  it('at a larger size that has worked has a device that fails', () => {
    const sizes = new WorkedSizes('cuda', DEFAULTS)
    sizes.worked(LARGE)
    expect(sizes.failed(full, LARGE)).toEqual(OF_THE_DEVICE)
    expect(sizes.failed(full, { width: 768, height: 1152 })).toMatchObject({ noRoomFor: { height: 1152 } })
  })

  it('on a CPU leaves the sessions as they are', () => {
    const { failure } = OF_THE_DEVICE
    expect(new WorkedSizes('cpu', DEFAULTS).failed(full, DEFAULTS)).toEqual({ failure })
    expect(new WorkedSizes('cpu', DEFAULTS).failed(full, LARGE)).toEqual(OF_THE_SIZE)
  })
})

it('a device that is lost is lost at any size, and any other failure ends its job alone', () => {
  const sizes = new WorkedSizes('cuda', DEFAULTS)
  expect(sizes.failed(lost, LARGE)).toMatchObject({
    failure: { code: 'engine_crashed' },
    fatal: lost.message,
  })
  expect(sizes.failed(new AppError('broken_image', 'cut'), LARGE)).toEqual({
    failure: { code: 'broken_image', message: 'cut', place: {} },
  })
  expect(sizes.failed('out of memory, by no error of ours', LARGE)).toMatchObject({
    failure: { code: 'internal' },
  })
})
