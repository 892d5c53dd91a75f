// The built server as a process of its own, with models of the test's choosing.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'
import { POCKET_MODEL } from '../engine/testing/models.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const main = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))

export interface Program extends AsyncDisposable {
  readonly port: number
  readonly output: { readonly out: string; readonly err: string }
}

/** A folder as `npm run models` leaves it: the bundled model, and links to the folders named. */
export function modelsRoot(
  installed: Readonly<Record<string, string>>,
): Disposable & { readonly dir: string } {
  const dir = mkdtempSync(join(tmpdir(), 'sketchwire-models-'))
  mkdirSync(join(dir, 'models/installed'), { recursive: true })
  symlinkSync(POCKET_MODEL, join(dir, 'models/pocket'))
  for (const [id, folder] of Object.entries(installed)) symlinkSync(folder, join(dir, 'models/installed', id))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Resolves when it has said its address and paints. */
export async function runProgram(env: Record<string, string>): Promise<Program> {
  const child = spawn(process.execPath, [main], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', LOG_LEVEL: 'silent', ...env },
  })
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (output.out += chunk))
  child.stderr.on('data', (chunk) => (output.err += chunk))
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await vi.waitFor(
    () => {
      if (!/:\d+\n/.test(output.out)) throw new Error(`The server has not said its address: ${output.err}`)
    },
    { timeout: 60_000, interval: 50 },
  )
  const port = Number(/:(\d+)\n/.exec(output.out)?.[1])
  await vi.waitFor(
    async () => {
      if (!(await fetch(`http://127.0.0.1:${port}/readyz`)).ok) throw new Error('The model is not loaded')
    },
    { timeout: 60_000, interval: 100 },
  )
  const stop = async () => {
    child.kill('SIGTERM')
    await gone
  }
  return { port, output, [Symbol.asyncDispose]: stop }
}
