// A size that there is no memory for, from the graph that asks for it to the frame that ends: through a real child
// process, with onnxruntime's own words.
import { expect, it } from 'vitest'
import { generateWhenFree, jobFor } from './engine.contract.ts'
import { createLocalEngine } from './local-engine.ts'
import { silentLog } from './log.ts'
import { copyModel, TOY_MODEL } from './testing/models.ts'
import { starve } from './testing/starving-unet.ts'

/** The toy model with a U-Net that starves. */
async function starving(file: string) {
  const copy = await copyModel(TOY_MODEL)
  await starve(copy.dir, file)
  await copy.edit((manifest) => ({ ...manifest, bytes: {} }))
  return { copy, options: { modelDir: copy.dir, verifyHashes: false, log: silentLog } }
}

it('ends the frames of that size alone, for good: the process lives on, and paints the others', async () => {
  const { copy, options } = await starving('unet.128x128.onnx')
  await using _ = copy
  await using engine = await createLocalEngine(options)
  const { pids } = engine
  for (let i = 0; i < 2; i++) {
    const large = generateWhenFree(engine, await jobFor(engine, { width: 128, height: 128 }))
    await expect(large).rejects.toMatchObject({
      code: 'invalid_params',
      message:
        'The device has no memory to paint at 128x128; choose a smaller size, such as 64x64, or another model',
    })
    expect((await generateWhenFree(engine, await jobFor(engine))).image.length).toBeGreaterThan(0)
  }
  expect(engine.pids).toEqual(pids)
})

it('of the default size it is no model for this device: it is said when it is loaded', async () => {
  const { copy, options } = await starving('unet.64x64.onnx')
  await using _ = copy
  await expect(createLocalEngine(options)).rejects.toMatchObject({
    code: 'out_of_memory',
    message: expect.stringMatching(
      /unet\.64x64\.onnx cannot be run on provider cpu, which has no memory for it \(.*; end other/s,
    ),
  })
})
