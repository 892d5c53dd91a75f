// Every wire, held to what all of them promise.
import { encode } from '@msgpack/msgpack'
import { expect, it } from 'vitest'
import type { RouteModule } from '../gateway/route.ts'
import { ALL_ROUTES } from '../gateway/routes/all.ts'
import { memoryServer } from '../gateway/testing/memory-server.ts'
import { img2img, txt2img } from './a1111.ts'
import {
  onceDialectContract,
  PNG,
  PNG_BASE64,
  socketDialectContract,
  streamDialectContract,
} from './dialect.contract.ts'
import type { Transcript } from './dialect.contract.ts'
import type { DialectId, OnceDialect, SocketDialect, StreamDialect } from './dialect.ts'
import { DEFAULT_APP } from './fal-apps.ts'
import { FalFiles } from './fal-files.ts'
import { falRealtime } from './fal-realtime.ts'
import { falRest } from './fal-rest.ts'
import { falStream } from './fal-stream.ts'
import { generateSocket } from './generate-socket.ts'
import { native } from './native.ts'
import { sdnextPreview } from './sdnext-preview.ts'
import { sdxlWebsocket } from './sdxl-websocket.ts'
import { sse } from './sse.ts'
import { FAL_BODY } from './testing/fal-body.ts'
import { binaryFrame, hello, jsonFrame, params } from './testing/native-messages.ts'

const held = new Set<DialectId>()
function holdSocket(dialect: SocketDialect, transcripts: readonly Transcript[], runs = 100) {
  held.add(dialect.id)
  socketDialectContract(dialect, transcripts, { runs })
}
function holdOnce(dialect: OnceDialect, transcripts: readonly Transcript[]) {
  held.add(dialect.id)
  onceDialectContract(dialect, transcripts)
}
function holdStream(dialect: StreamDialect, transcripts: readonly Transcript[]) {
  held.add(dialect.id)
  streamDialectContract(dialect, transcripts)
}

const noHello = { hello: [] }
const inWords = { ...noHello, wordsAlone: true } as const

holdSocket(native, [
  { name: 'a binary frame', hello: [hello], request: [params, binaryFrame()] },
  { name: 'a JSON frame with a data URI', hello: [hello], request: [params, jsonFrame()] },
  {
    name: 'a JSON frame with bare base64',
    hello: [hello],
    request: [params, jsonFrame({ image: PNG_BASE64 })],
  },
])

const options = { app: DEFAULT_APP, files: new FalFiles({ nowMs: () => 0, newId: () => 'id' }) }
/** As Pydantic took them: strings, floats and ones for numbers, and keys nobody knows. */
const sloppy = {
  ...FAL_BODY,
  strength: '0.5',
  seed: 42.9,
  num_inference_steps: '4',
  guidance_scale: ' 2 ',
  sync_mode: 1,
  _force_msgpack: {},
  negative_prompt: null,
  image_size: null,
  width: '256',
  height: 256,
}
const { image_url: _, ...packed } = { ...sloppy, image_bytes: PNG }
const falTranscripts = [
  { ...noHello, name: "draw-fast's request", request: [JSON.stringify(FAL_BODY)] },
  { ...noHello, name: 'a sloppy request', request: [JSON.stringify(sloppy)] },
]
const falBytes = {
  ...noHello,
  name: "draw-fast's request in bytes",
  request: [new TextEncoder().encode(JSON.stringify(FAL_BODY))],
}
holdSocket(falRealtime({ ...options, app: undefined }), [
  { ...noHello, name: 'a request in msgpack', request: [encode(packed)] },
  ...falTranscripts,
])
holdOnce(falRest(options), [falBytes, ...falTranscripts])
holdStream(falStream(options), [falBytes, ...falTranscripts])

const a1111Body = { prompt: 'a cat', seed: 42, steps: 4, cfg_scale: 2, width: 256, height: 256 }
const sketch = { init_images: [`data:image/png;base64,${PNG_BASE64}`], denoising_strength: 0.5 }
holdOnce(img2img, [
  { ...noHello, name: 'an img2img body', request: [JSON.stringify({ ...a1111Body, ...sketch })] },
])
holdOnce(txt2img, [{ ...inWords, name: 'a txt2img body', request: [JSON.stringify(a1111Body)] }])

const sdxlBody = {
  text_prompts: [{ text: 'a cat', weight: 1 }],
  cfg_scale: 2,
  steps: 4,
  seed: 42,
  samples: 1,
  width: 256,
  height: 256,
}
const oneOfAGrid = { ...inWords, keepsPictures: true } as const
// Every refusal of sdxl-websocket is drawn as a picture.
holdSocket(
  sdxlWebsocket,
  [
    { ...oneOfAGrid, name: "its page's request", request: [JSON.stringify(sdxlBody)] },
    {
      ...oneOfAGrid,
      name: 'a request for text',
      request: [JSON.stringify({ ...sdxlBody, use_binary: false })],
    },
  ],
  20,
)

const generateBody = { prompt: 'a cat', seed: 42, steps: 4, guidance_scale: 2, width: 256, height: 256 }
const query = new URLSearchParams(Object.entries(generateBody).map(([name, value]) => [name, String(value)]))
holdSocket(generateSocket, [
  { ...inWords, keepsPictures: true, name: 'a JSON request', request: [JSON.stringify(generateBody)] },
])
holdStream(sse, [{ ...inWords, name: 'a query string', request: [''], facts: { method: 'GET', query } }])

// It asks for no picture of its own.
holdSocket(sdnextPreview, [])

it('every wire that the route table leads to is one of these', async () => {
  const routed = new Set<DialectId>()
  const listed: RouteModule = (context) => {
    for (const entry of ALL_ROUTES.flatMap((module) => module(context)))
      if ('door' in entry) routed.add(entry.door.id)
    return []
  }
  const server = await memoryServer({ modules: [listed] })
  await server.close()
  expect(routed.size).toBeGreaterThan(5)
  expect([...routed].filter((id) => !held.has(id))).toEqual([])
})
