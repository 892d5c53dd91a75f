import { execFileSync } from 'node:child_process'

/** A session at a desk without Python may pass tests of it by; CI has Python and may not. */
export const hasPython = process.env['CI'] !== undefined || canMakeEnvironments()

function canMakeEnvironments(): boolean {
  try {
    execFileSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}
