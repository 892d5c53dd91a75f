// models/export reads a checkpoint's scheduler in Python, the engine that of an ONNX folder: of the same file both make
// the same schedule, or refuse it. Needs Python alone.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { createSchedule } from '../../lib/lcm/schedule.ts'
import { copyModel, TOY_MODEL } from '../engine/testing/models.ts'
import { readManifest } from '../engine/read-manifest.ts'
import { schedulerConfig } from '../engine/scheduler-config.ts'
import type { DiffusersScheduler } from '../engine/folder/config-files.ts'
import { readScheduler } from '../engine/folder/scheduler.ts'

const READER = fileURLToPath(new URL('../../models/export/schedule.py', import.meta.url))
/** A session at a desk without Python may pass it by; CI has Python and may not. */
const hasPython = process.env['CI'] !== undefined || canRun()
const dir = mkdtempSync(join(tmpdir(), 'sketchwire-schedule-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function canRun(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

/** As models/export reads it. */
function exported(config: object): object {
  const path = join(dir, 'scheduler_config.json')
  writeFileSync(path, JSON.stringify(config))
  const schedule: unknown = JSON.parse(execFileSync('python3', [READER, path], { stdio: 'pipe' }).toString())
  return { ...(schedule as object), strengthSemantics: 'lcm' }
}

/** SD1.5's own. */
const PNDM = {
  _class_name: 'PNDMScheduler',
  _diffusers_version: '0.6.0',
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  num_train_timesteps: 1000,
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
  trained_betas: null,
  clip_sample: false,
}
const V_PREDICTION = {
  ...PNDM,
  _class_name: 'DDIMScheduler',
  prediction_type: 'v_prediction',
  rescale_betas_zero_snr: true,
  timestep_spacing: 'trailing',
  clip_sample: true,
}
const LCM = {
  ...PNDM,
  _class_name: 'LCMScheduler',
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  num_train_timesteps: 500,
  original_inference_steps: 25,
  timestep_scaling: 5,
  prediction_type: 'sample',
  clip_sample: true,
  clip_sample_range: 2,
  thresholding: true,
  dynamic_thresholding_ratio: 0.9,
  sample_max_value: 1.5,
}

describe.runIf(hasPython)("a checkpoint's scheduler", () => {
  it.each<[string, DiffusersScheduler, object]>([
    ["SD1.5's own", PNDM, { predictionType: 'epsilon', betaStart: 0.00085, setAlphaToOne: false }],
    [
      'v-prediction with zero SNR',
      V_PREDICTION,
      { predictionType: 'v_prediction', rescaleBetasZeroSnr: true, clipSample: false },
    ],
    ['an LCM with a schedule of its own', LCM, { betaSchedule: 'linear', betaEnd: 0.02, clipSample: true }],
    ['an LCM that leaves all to its class', { _class_name: 'LCMScheduler' }, { betaEnd: 0.012 }],
  ])('is written as the engine reads it: %s', async (_, config, telling) => {
    const scheduler = exported(config)
    expect(scheduler).toMatchObject(telling)
    const read = readScheduler({ path: '', config, isDistilled: true })
    expect({ ...scheduler, sampler: 'lcm' }).toEqual(read)
    await using model = await copyModel(TOY_MODEL)
    await model.edit((manifest) => ({ ...manifest, scheduler }))
    const manifest = await readManifest(model.dir)
    expect(manifest.scheduler).toEqual(read)
    expect(createSchedule(schedulerConfig(manifest)).alphasCumprod.length).toBe(read.numTrainTimesteps)
  })

  it.each<[string, object, RegExp]>([
    ['betas of its own', { trained_betas: [0.1] }, /has trained_betas, expected beta_start, beta_end and/],
    ['another schedule', { beta_schedule: 'laplace' }, /has beta_schedule laplace, expected scaled_linear, /],
    [
      'flow matching',
      { prediction_type: 'flow_prediction' },
      /has prediction_type flow_prediction, expected/,
    ],
    ['epsilon at zero SNR', { rescale_betas_zero_snr: true }, /zero_snr with prediction_type epsilon, exp/],
    [
      'no betas',
      { _class_name: 'FlowMatchEulerDiscreteScheduler', beta_start: null, beta_end: null },
      /has no beta_start and no beta_end \(FlowMatchEulerDiscreteScheduler\), expected all of beta_start/,
    ],
  ])('is refused where a manifest cannot say it: %s', (_, change, message) => {
    const remedy = 'choose another checkpoint, or correct its scheduler/scheduler_config.json'
    const refused = () => exported({ ...PNDM, ...change })
    expect(refused).toThrow(new RegExp(`${message.source}.*: ${remedy}`))
  })
})
