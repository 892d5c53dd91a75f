import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { thisMachine } from '../engine/providers.ts'
import { loadProblem } from './loader.ts'

const run = promisify(execFile)
const DOCTOR = fileURLToPath(new URL('../../dist/server/gpu/doctor.js', import.meta.url))

/** Any small shared library of this system. */
function someLibrary(): string | undefined {
  const report = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] }
  return report.sharedObjects.find((path) => /\/libm\.so|\/libm-/.test(path))
}

const hasCuda = loadProblem('libcurand.so.10') === undefined || thisMachine().cuda !== undefined

it.skipIf(process.platform !== 'linux' || someLibrary() === undefined || hasCuda)(
  'gpu:doctor finds a library where only LD_LIBRARY_PATH leads, and calls missing what is nowhere',
  { timeout: 180_000 },
  async () => {
    const libraries = await mkdtemp(join(tmpdir(), 'sketchwire-libraries-'))
    try {
      await copyFile(someLibrary() ?? '', join(libraries, 'libcurand.so.10'))
      const say = async (env: Record<string, string>) => {
        const { stdout } = await run(process.execPath, [DOCTOR], { env: { ...process.env, ...env } })
        return stdout.split('\n').find((line) => line.includes('libcurand.so.10'))
      }
      expect(await say({ LD_LIBRARY_PATH: libraries })).toMatch(/^found .* on the loader's own path$/)
      expect(await say({ LD_LIBRARY_PATH: '' })).toMatch(/^missing /)
    } finally {
      await rm(libraries, { recursive: true })
    }
  },
)
