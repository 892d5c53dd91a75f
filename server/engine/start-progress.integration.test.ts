// What a starting child tells of its progress: its parent's patience begins anew with each (slot.ts).
import { describe, expect, it } from 'vitest'
import { forkChild } from './child.ts'
import { silentLog } from './log.ts'
import type { FromWorker } from './slot-protocol.ts'
import { TOY_MODEL } from './testing/models.ts'

describe('a child that starts', () => {
  it('tells of every graph that it has opened, and of every one that has run, until it is ready', async () => {
    const heard: FromWorker[] = []
    await new Promise<void>((resolve) => {
      const child = forkChild(
        new URL('../../dist/server/engine/slot-worker.js', import.meta.url),
        silentLog,
      )({
        onMessage: (message) => {
          heard.push(message)
          if (message.type === 'ready' || message.type === 'unusable') child.kill()
        },
        onExit: () => resolve(),
      })
      child.send({ type: 'start', config: { modelDir: TOY_MODEL, provider: 'cpu', threads: 1 } })
    })
    const last = heard.pop()
    expect(last).toMatchObject({ type: 'ready' })
    expect(heard.map((message) => (message.type === 'progress' ? message.what : message.type))).toEqual([
      'text_encoder.onnx was opened',
      'vae_encoder.64x64.onnx was opened',
      'unet.64x64.onnx was opened',
      'vae_decoder.64x64.onnx was opened',
      'textEncode was rehearsed',
      'vaeEncode was rehearsed',
      'unet was rehearsed',
      'vaeDecode was rehearsed',
    ])
  })
})
