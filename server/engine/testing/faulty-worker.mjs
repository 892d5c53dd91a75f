// An engine child with a device that fails, for provider-fallback.integration.test.ts: on "cuda" every job fails as a
// lost device does, "webgpu" takes the process down, "hopeless" aborts at its probe, on "cpu" all is well.
let provider = ''
process.on('message', (message) => {
  if (message.type === 'probe') {
    if (message.provider === 'hopeless') process.abort()
    process.send({ type: 'probed', problem: message.provider === 'none' ? 'no adapter' : undefined })
  }
  if (message.type === 'start') {
    provider = message.config.provider
    if (provider === 'unloadable')
      process.send({ type: 'unusable', code: 'model_unloadable', message: 'no kernel for it' })
    else
      process.send({
        type: 'ready',
        loadMs: 1,
        rssBytes: 1,
        lanes: 1,
        precision: { name: 'float32', reason: 'a test' },
      })
  }
  if (message.type === 'job') job(message)
})
process.on('disconnect', () => process.exit(0))

function job({ id, work }) {
  if (provider === 'webgpu') process.abort()
  const failure = {
    code: 'engine_crashed',
    message: 'The device failed on this frame; send it again',
    place: {},
  }
  if (provider === 'cuda') return process.send({ type: 'failed', id, failure, fatal: 'CUDA failure 999' })
  const { width, height } = work.job
  const timings = {
    decodeMs: 0,
    textEncodeMs: 0,
    vaeEncodeMs: 0,
    unetMs: [0],
    vaeDecodeMs: 0,
    encodeMs: 0,
    engineMs: 0,
  }
  const size = { width, height, renderedWidth: width, renderedHeight: height }
  process.send({ type: 'done', id, result: { image: Uint8Array.of(1), codec: 'png', ...size, timings } })
}
