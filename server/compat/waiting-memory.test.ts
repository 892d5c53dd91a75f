import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { CONTEXT } from './dialect.contract.ts'
import { DEFAULT_APP } from './fal-apps.ts'
import { FalFiles } from './fal-files.ts'
import { falRest } from './fal-rest.ts'
import { generateSocket } from './generate-socket.ts'
import { sdxlWebsocket } from './sdxl-websocket.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const MIB = 1024 * 1024
const REQUESTS = 4
const words = 'x'.repeat(4 * MIB)
const junk = { junk: words }

const files = new FalFiles({ nowMs: () => 0, newId: () => 'id' })
const fal = (body: string) => {
  const exchange = falRest({ app: DEFAULT_APP, files }).exchange({
    ...CONTEXT,
    requestId: 'id',
    nextSeq: () => 0,
  })
  return { exchange, decoded: exchange.decode(body) }
}
const image_url = `data:image/jpeg;base64,${Buffer.from([0xff, 0xd8, 0xff]).toString('base64')}`
const socket = (dialect: typeof generateSocket) => (body: string) => {
  const translator = dialect.translator(CONTEXT)
  return { translator, decoded: translator.decode(body) }
}

/** In bytes, of what nobody can reach any more nothing. */
async function heapUsed(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  return process.memoryUsage().heapUsed
}

it.each([
  ['fal', fal, { ...junk, prompt: words, negative_prompt: words, image_url }],
  ['the socket of /generate', socket(generateSocket), { ...junk, prompt: words }],
  ['sdxl-websocket', socket(sdxlWebsocket), { ...junk, text_prompts: [{ text: words, weight: 1 }] }],
])(
  'a request to %s that waits holds what it asks for, and not the rest of its body',
  async (_name, read, body) => {
    const text = JSON.stringify(body)
    const before = await heapUsed()
    const waiting = Array.from({ length: REQUESTS }, () => read(text))
    const held = (await heapUsed()) - before
    expect(waiting.flatMap(({ decoded }) => decoded.map(({ kind }) => kind))).toContain('frame')
    expect(held).toBeLessThan(REQUESTS * MIB)
  },
)
