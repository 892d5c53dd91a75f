import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { packageReadme } from './package-readme.mjs'

const has = (file: string) => file === 'types/lib/embed/messages.d.ts'

it('the README of the package links to what it has, and keeps the words of what it has not', () => {
  const text = [
    '# Title',
    '',
    'See [examples/](../examples), [messages](../lib/embed/messages.ts) and [x](../lib/x.ts)',
    '([server.md](server.md#tokens)), [below](#the-package), [there](https://example.org).',
  ].join('\n')
  const lines = packageReadme(text, has).split('\n')
  expect(lines[0]).toBe('# Title')
  expect(lines[2]).toContain('docs/embed.md of Sketchwire')
  expect(lines.slice(4)).toEqual([
    'See examples/, [types/lib/embed/messages.d.ts](types/lib/embed/messages.d.ts) and x',
    '(server.md), [below](#the-package), [there](https://example.org).',
  ])
})

it('leaves no link of docs/embed.md that leads out of the package', () => {
  const readme = packageReadme(readFileSync('docs/embed.md', 'utf8'), has)
  const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to)
  expect(targets.length).toBeGreaterThan(0)
  expect(targets.filter((to) => !/^(#|https?:)/.test(to) && !has(to))).toEqual([])
  expect(readme).toContain('npx serve examples')
})
