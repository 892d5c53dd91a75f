import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JSON_LIMITS, jsonShapeProblem } from './json-shape.ts'
import { parseJson } from './validation.ts'

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('jsonShapeProblem', () => {
  it('lets pass what any client sends', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 8 }), (text) => jsonShapeProblem(text) === undefined))
    expect(jsonShapeProblem(`{"image_url":"data:image/png;base64,${'A'.repeat(4_000_000)}"}`)).toBeUndefined()
    expect(jsonShapeProblem(nested(JSON_LIMITS.depth))).toBeUndefined()
  })

  it('stops what is nested too deep, has too many parts, or too many items', () => {
    expect(jsonShapeProblem(nested(JSON_LIMITS.depth + 1))).toContain('64 deep')
    expect(jsonShapeProblem(`[${'[],'.repeat(JSON_LIMITS.containers)}1]`)).toContain('10000 lists')
    expect(jsonShapeProblem(`[${'1,'.repeat(JSON_LIMITS.items + 1)}1]`)).toContain('500000 items')
  })

  it.each([
    ['brackets', JSON.stringify('['.repeat(100))],
    ['quotes', JSON.stringify('"['.repeat(100))],
    ['backslashes', JSON.stringify(`${'\\'.repeat(7)}"${'['.repeat(100)}`)],
  ])('does not count %s inside strings', (_name, text) => {
    expect(jsonShapeProblem(text)).toBeUndefined()
  })

  it.each([
    ['a string without an end', '"[[['],
    ['more ends than beginnings', `${']'.repeat(100)}${'['.repeat(100)}`],
    ['a backslash at the end', '"\\'],
  ])('comes to an end on %s', (_name, text) => {
    expect(() => jsonShapeProblem(text)).not.toThrow()
  })

  it.each([
    ['brackets', '['.repeat(8 * 1024 * 1024)],
    ['objects', '{"a":'.repeat(1_600_000)],
    ['empty lists', `[${'[],'.repeat(2_700_000)}1]`],
  ])('W1 keeps 8 MiB of %s from holding the gateway: they are refused unparsed', (_name, text) => {
    const parse = JSON.parse
    let parsed = 0
    JSON.parse = (...args: Parameters<typeof parse>) => ((parsed += 1), parse(...args))
    try {
      expect(parseJson(text)).toMatchObject({ ok: false, message: expect.stringMatching(/nested|holds/) })
    } finally {
      JSON.parse = parse
    }
    expect(parsed).toBe(0)
  })
})
