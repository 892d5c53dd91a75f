import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { CLIP_PICTURE, type Manifest } from '../manifest.ts'
import { readConfigFile } from './config-files.ts'

const GRAPH = 'safety_checker/model.onnx'

const side = v.nullish(
  v.union([
    v.number(),
    v.looseObject({ height: v.nullish(v.number()), shortest_edge: v.nullish(v.number()) }),
  ]),
)
const channels = v.nullish(v.tuple([v.number(), v.number(), v.number()]))

const ProcessorSchema = v.looseObject({ crop_size: side, image_mean: channels, image_std: channels })

/** The folder's safety checker, off until somebody turns it on; nothing where there is none. */
export async function readSafetyChecker(dir: string): Promise<Pick<Manifest, 'safetyChecker'>> {
  if (!existsSync(join(dir, GRAPH))) return {}
  const config = await readConfigFile(dir, 'feature_extractor/preprocessor_config.json', ProcessorSchema)
  const { crop_size: crop, image_mean: mean, image_std: std } = config ?? {}
  const cropped = typeof crop === 'number' ? crop : (crop?.height ?? crop?.shortest_edge)
  const side = cropped ?? CLIP_PICTURE.side
  return {
    safetyChecker: {
      file: GRAPH,
      enabled: false,
      side,
      mean: mean ?? [...CLIP_PICTURE.mean],
      std: std ?? [...CLIP_PICTURE.std],
    },
  }
}
