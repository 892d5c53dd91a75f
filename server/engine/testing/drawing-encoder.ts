// Image encoders as exports of 2023 have them: mean + deviation * noise, drawn inside of the graph. Of 96x64 pixels, as
// the toy folder lcm-lora-old is.
import { bool, floats, graph, localFunction, model, node, port, type External } from './tiny-onnx.ts'

/** Where the noise comes from, or another operator that draws. 'none': the mean itself. */
export type Draw =
  'none' | 'like' | 'like, scaled' | 'by shape' | 'in a branch' | 'in a function' | 'RandomUniformLike'

export const DRAWS_NORMALS: readonly Draw[] = [
  'like',
  'like, scaled',
  'by shape',
  'in a branch',
  'in a function',
]

const LATENTS = [1, 4, 8, 12] as const

/** Latents are means of 8x8 pixels: red, green, blue and grey. */
export const MIX = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1 / 3, 1 / 3, 1 / 3)

/**
 * The bytes of vae_encoder/model.onnx.
 * @param weights where MIX is, if not in the file itself.
 */
export function drawingEncoder(draw: Draw, weights: Float32Array | External = MIX): Buffer {
  const { nodes, functions = [] } = noiseOf(draw)
  const pool = { kernel_shape: { ints: [8, 8] }, strides: { ints: [8, 8] } }
  const main = graph({
    inputs: [port('sample', [1, 3, 64, 96])],
    outputs: [port('latent_sample', LATENTS)],
    initializers: [
      floats('mix', [4, 3, 1, 1], weights),
      floats('deviation', [1], Float32Array.of(3)),
      bool('yes', true),
    ],
    nodes: [
      node('AveragePool', [['sample'], ['cells']], { attributes: pool }),
      node('Conv', [['cells', 'mix'], ['mean']]),
      ...nodes,
      ...(draw === 'none'
        ? [node('Identity', [['mean'], ['latent_sample']])]
        : [
            node('Mul', [['noise', 'deviation'], ['spread']]),
            node('Add', [['mean', 'spread'], ['latent_sample']]),
          ]),
    ],
  })
  return model(main, functions)
}

function noiseOf(draw: Draw): { nodes: readonly Buffer[]; functions?: readonly Buffer[] } {
  const like = (options = {}) => node('RandomNormalLike', [['mean'], ['noise']], options)
  const branch = { graph: graph({ nodes: [like()], outputs: [port('noise', LATENTS)] }) }
  switch (draw) {
    case 'none':
      return { nodes: [] }
    case 'like':
      return { nodes: [like()] }
    case 'like, scaled':
      return { nodes: [like({ attributes: { scale: { float: 2 }, mean: { float: 0 } } })] }
    case 'by shape':
      return {
        nodes: [node('RandomNormal', [[], ['noise']], { attributes: { shape: { ints: LATENTS } } })],
      }
    case 'in a branch':
      return {
        nodes: [
          node('If', [['yes'], ['noise']], { attributes: { then_branch: branch, else_branch: branch } }),
        ],
      }
    case 'in a function':
      return {
        nodes: [node('Drawn', [['mean'], ['noise']], { domain: 'local' })],
        functions: [localFunction('Drawn', [['mean'], ['noise']], [like()])],
      }
    case 'RandomUniformLike':
      return { nodes: [node('RandomUniformLike', [['mean'], ['noise']])] }
  }
}
