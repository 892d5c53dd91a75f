import type { InstalledModel, ModelList } from '../../lib/protocol/models.ts'

/** Whether there is anything to choose: not where there is but one, nor where whoever runs the server allows no other. */
export function offersChoice({ models, fixed }: ModelList): boolean {
  return models.length > 1 && fixed !== true
}

/** What one chooses by: sizes of its pictures, weight, licence, place; or why it cannot be had. */
export function modelFacts(model: InstalledModel): string {
  if (model.problem !== undefined) return `Cannot be loaded: ${model.problem}`
  const facts = [
    sizesOf(model.sizes),
    weightOf(model.bytes),
    model.license === '' || model.license === 'unknown' ? '' : model.license,
    model.provider === undefined ? '' : `on ${model.provider}`,
  ]
  return facts.filter((fact) => fact !== '').join(', ')
}

function sizesOf(sizes: InstalledModel['sizes']): string {
  const sides = sizes.flatMap(({ width, height }) => [width, height])
  if (sides.length === 0) return ''
  const [least, most] = [Math.min(...sides), Math.max(...sides)]
  return least === most ? `${least} px` : `${least} to ${most} px`
}

function weightOf(bytes: number): string {
  if (bytes <= 0) return ''
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`
}
