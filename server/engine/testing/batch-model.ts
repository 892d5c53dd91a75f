// The toy model with a U-Net of SD1.5's kind, which takes noisy latents alone and predicts their noise, in as many rows as
// are given to it, each at its own timestep. Small enough for a software driver.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyModel, TOY_MODEL, type ModelCopy } from './models.ts'
import { floats, graph, model, node, port } from './tiny-onnx.ts'

export async function batchModel(): Promise<ModelCopy> {
  const copy = await copyModel(TOY_MODEL)
  const latents = ['rows', 4, 8, 8]
  const main = graph({
    inputs: [
      port('sample', latents),
      port('timestep', ['rows']),
      port('encoder_hidden_states', ['rows', 24, 8]),
      port('timestep_cond', ['rows', 256]),
    ],
    outputs: [port('out_sample', latents)],
    initializers: [floats('thousandth', [], Float32Array.of(0.001))],
    nodes: [
      node('Constant', [[], ['cells']], { attributes: { value_ints: { ints: [0, 1, 1, 1] } } }),
      node('Mul', [['timestep', 'thousandth'], ['t']]),
      node('Reshape', [['t', 'cells'], ['time']]),
      node('ReduceMean', [['encoder_hidden_states'], ['words']], {
        attributes: { axes: { ints: [1, 2] } },
      }),
      node('ReduceMean', [['timestep_cond'], ['guidance']], { attributes: { axes: { ints: [1] } } }),
      node('Reshape', [['words', 'cells'], ['word']]),
      node('Reshape', [['guidance', 'cells'], ['guide']]),
      node('Mul', [['sample', 'time'], ['a']]),
      node('Add', [['a', 'word'], ['b']]),
      node('Add', [['b', 'guide'], ['c']]),
      node('Tanh', [['c'], ['out_sample']]),
    ],
  })
  await writeFile(join(copy.dir, 'unet.64x64.onnx'), model(main))
  await copy.edit(({ latents: was, scheduler, files, ...manifest }) => ({
    ...manifest,
    bytes: {},
    latents: { ...was, imageLatents: 'none' },
    scheduler: { ...scheduler, predictionType: 'epsilon' },
    files: { ...files, sizes: [{ width: 64, height: 64, ...THREE }] },
    refine: undefined,
  }))
  return copy
}

const THREE = {
  unet: 'unet.64x64.onnx',
  vaeEncoder: 'vae_encoder.64x64.onnx',
  vaeDecoder: 'vae_decoder.64x64.onnx',
}
