// The programs that measure, as processes: what they say of options that cannot be.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

function run(path: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [at(path), ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

it.each([
  ['dist/server/bench/main.js', ['--nope'], /^The bench could not run: Unknown option '--nope'\. Its .*\n$/],
  ['dist/server/bench/main.js', ['--frames', '3m'], /^The bench could not run: --frames is "3m"; give .*\n$/],
  ['e2e/bench.mjs', ['--nope'], /^The bench of the page could not run: Unknown option '--nope'\. Its .*\n$/],
  [
    'e2e/soak.mjs',
    ['--nope'],
    /^The soak could not run: Unknown option '--nope'\. Its options are --minutes\n$/,
  ],
  ['e2e/soak.mjs', ['--minutes', '3m'], /^The soak could not run: --minutes is "3m"; give a number .*\n$/],
])('%s %j: one sentence', async (path, args, said) => {
  expect(await run(path, ...args)).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(said) })
})

it('--help lists the options with what they are when left out', async () => {
  const { code, stdout } = await run('e2e/soak.mjs', '--help')
  expect([code, stdout]).toEqual([0, '  --minutes 10\ne2e/soak.mjs explains them\n'])
})
