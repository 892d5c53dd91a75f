import { AppError } from '../../lib/std/errors.ts'

export function notInstalled(id: string): AppError {
  return new AppError('not_installed', `${id} is not installed; install it with: npm run models -- add ${id}`)
}
