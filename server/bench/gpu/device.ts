import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Name, driver and memory of the NVIDIA GPUs as nvidia-smi tells them; undefined where it is not installed. */
export async function nvidiaDevice(): Promise<string | undefined> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']
  const answer = await run('nvidia-smi', query, { timeout: 30_000 }).catch(() => undefined)
  return answer?.stdout.trim() || undefined
}
