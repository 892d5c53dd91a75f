import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'

/** Settings as the model would have them. Words and seed are a person's own and stay. */
export function defaultSettings({ defaults }: Pick<ModelInfo, 'defaults'>): Partial<DrawParams> {
  const { strength, steps, guidanceScale, width, height } = defaults
  return { strength, steps, guidanceScale, width, height }
}

export function isDefault(params: DrawParams, model: Pick<ModelInfo, 'defaults'>): boolean {
  const now = new Map<string, unknown>(Object.entries(params))
  return Object.entries(defaultSettings(model)).every(([name, value]) => now.get(name) === value)
}
