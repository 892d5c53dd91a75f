// How tests speak to AUTOMATIC1111's API.
import type { Server } from '../server.ts'

export type Body = Record<string, unknown>

export async function call(
  server: Server,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Body }> {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
  })
  return { status: answer.status, body: (await answer.json()) as Body }
}

export const imagesOf = (body: Body) =>
  (body['images'] as string[]).map((image) => new Uint8Array(Buffer.from(image, 'base64')))

/** Lets what is under way come one step further. */
export const turn = () => new Promise(setImmediate)
