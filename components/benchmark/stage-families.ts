// Fourteen and more stages in colours that can be told apart: neighbours that belong together share a family, every
// U-Net step is drawn within one. The table has each stage by itself.
import type { Stage } from '../../lib/benchmark/stages.ts'

interface Family {
  readonly name: string
  readonly colour: string
  readonly has: (stage: string) => boolean
  readonly means: string
}

const is =
  (...names: readonly string[]) =>
  (stage: string) =>
    names.includes(stage)

/** In the order they happen. */
export const STAGE_FAMILIES: readonly Family[] = [
  { name: 'Hold', colour: '--stage-0', has: is('hold'), means: 'pen moved, page waits for its turn to send' },
  {
    name: 'Snapshot',
    colour: '--stage-1',
    has: is('snapshot', 'encode'),
    means: 'drawing to JPEG and packed',
  },
  { name: 'Network', colour: '--stage-2', has: is('up', 'down'), means: 'way up and way down' },
  { name: 'Wait', colour: '--stage-3', has: is('wait'), means: 'for a free engine' },
  { name: 'VAE', colour: '--stage-4', has: is('VAE encode', 'VAE decode'), means: 'into latents and back' },
  {
    name: 'U-Net',
    colour: '--stage-5',
    has: (stage) => stage.startsWith('U-Net'),
    means: 'the denoising steps',
  },
  {
    name: 'Server',
    colour: '--stage-6',
    has: is('decode', 'text', 'previews', 'server encode', 'server other'),
    means: 'JPEG both ways, words, the rest',
  },
  { name: 'Paint', colour: '--stage-7', has: is('paint'), means: 'answer to canvas' },
]

/** Sum of each family, in their order. */
export function stageFamilies(stages: readonly Stage[]): Stage[] {
  return STAGE_FAMILIES.map(({ name, has }) => ({
    name,
    ms: stages.filter((stage) => has(stage.name)).reduce((total, { ms }) => total + ms, 0),
  }))
}
