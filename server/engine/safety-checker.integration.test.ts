import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { previewWant } from '../../lib/protocol/preview.ts'
import { decodeImage, encodeImage } from './codec.ts'
import { generateWhenFree, jobFor } from './engine.contract.ts'
import type { StepEvent } from './engine.ts'
import { createLocalEngine } from './local-engine.ts'
import { silentLog } from './log.ts'
import { copyModelFolder, toyFolder } from './testing/models.ts'

const TOY_CHECKER = fileURLToPath(new URL('./testing/safety_checker', import.meta.url))

/** A model whose safety checker flags what is dark (models/golden/make_toy_safety.py). */
async function checkedModel() {
  const copy = await copyModelFolder(toyFolder('lcm-optimum'))
  await cp(TOY_CHECKER, join(copy.dir, 'safety_checker'), { recursive: true })
  return copy
}

const open = (modelDir: string, safetyChecker?: boolean) =>
  createLocalEngine({ modelDir, log: silentLog, ...(safetyChecker === undefined ? {} : { safetyChecker }) })

const mean = (rgb: Uint8Array) => rgb.reduce((sum, value) => sum + value, 0) / rgb.length

async function paint(engine: Awaited<ReturnType<typeof open>>, grey: number) {
  const { width, height } = engine.info.defaults
  const page = { rgb: new Uint8Array(width * height * 3).fill(grey), width, height }
  const image = await encodeImage(page, { codec: 'png', quality: 90 })
  const events: StepEvent[] = []
  const job = await jobFor(engine, {
    image,
    strength: 0.2,
    steps: 2,
    previews: [previewWant({ everySteps: 1 })],
  })
  const result = await generateWhenFree(engine, job, { onStep: (event) => events.push(event) })
  const previews = events.flatMap((event) => event.previews).length
  return { ...result, previews, brightness: mean(await decodeImage(result.image, { width, height })) }
}

describe('the safety checker of a model', () => {
  it('is off unless asked for: nothing is looked at, nothing is said', async () => {
    await using model = await checkedModel()
    await using engine = await open(model.dir)
    const dark = await paint(engine, 0)
    expect(dark).not.toHaveProperty('nsfwDetected')
    expect(dark.previews).toBeGreaterThan(0)
  })

  it('[W9] blanks what it flags, lets the rest pass, and no step is shown', async () => {
    await using model = await checkedModel()
    await using plain = await open(model.dir)
    await using engine = await open(model.dir, true)
    const seen: boolean[] = []
    for (const grey of [0, 255]) {
      const [bare, checked] = [await paint(plain, grey), await paint(engine, grey)]
      // CLIP's mean is 0.46 of 255: what is darker on average is flagged.
      const isDark = bare.brightness < 114
      expect([grey, checked.nsfwDetected]).toEqual([grey, isDark])
      if (isDark) expect(checked.brightness).toBe(0)
      else expect(checked.image).toEqual(bare.image)
      expect(checked.previews).toBe(0)
      seen.push(isDark)
    }
    expect(seen).toContain(true)
    expect(seen).toContain(false)
  })

  it('that is asked for and not there, or is something else, is refused with the remedy', async () => {
    await expect(open(toyFolder('lcm-optimum'), true)).rejects.toThrow(
      /lcm-optimum has no safety checker: .*safety_checker\/model\.onnx.*--safety-checker off/,
    )
    await using model = await checkedModel()
    await cp(join(model.dir, 'text_encoder/model.onnx'), join(model.dir, 'safety_checker/model.onnx'))
    await expect(open(model.dir, true)).rejects.toThrow(
      /safety_checker\/model\.onnx has .*expected diffusers' safety checker: clip_input float32\[1,3,224,224\]/,
    )
  })
})
