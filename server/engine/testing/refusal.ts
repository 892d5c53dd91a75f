import { expect } from 'vitest'

/** Code and words of the AppError that `run` rejects with. */
export async function refusal(run: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error: unknown = await run.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ name: 'AppError' })
  return error as { code: string; message: string }
}
