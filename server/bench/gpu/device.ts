import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import * as v from 'valibot'

const run = promisify(execFile)

/** Name, driver and memory of the NVIDIA GPUs as nvidia-smi tells them; undefined where it is not installed. */
export async function nvidiaDevice(): Promise<string | undefined> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']
  const answer = await run('nvidia-smi', query, { timeout: 30_000 }).catch(() => undefined)
  return answer?.stdout.trim() || undefined
}

/** Version of the runtime that is measured. */
export function onnxruntimeVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('onnxruntime-node/package.json')
  return v.parse(v.object({ version: v.string() }), manifest).version
}
