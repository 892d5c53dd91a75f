// Entry of the engine's child process. Inference blocks this thread and may abort this process: neither may happen
// where the sockets live. A cancel is read between steps.
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { failureOf } from './job-failure.ts'
import { probeProvider } from './onnx/provider-probe.ts'
import { openRenderer, type Renderer } from './render.ts'
import { isToWorker, type FromWorker, type SlotJob, type Trial, type WorkerConfig } from './slot-protocol.ts'
import { WorkedSizes } from './worked-sizes.ts'

let painter: { readonly renderer: Renderer; readonly sizes: WorkedSizes } | undefined
const jobs = new Map<number, { readonly signal: { aborted: boolean }; wants: readonly PreviewWant[] }>()

/** Resolves when it is out of this process, or lost. */
function send(message: FromWorker): Promise<void> {
  // A parent that is gone is told of by `disconnect`; the error of one lost message adds nothing.
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(message, undefined, {}, () => resolve())
  })
}

async function start(config: WorkerConfig): Promise<void> {
  const startedMs = performance.now()
  let isStarting = true
  const onProgress = (what: string) => {
    if (isStarting) void send({ type: 'progress', what })
  }
  try {
    const renderer = await openRenderer(config, onProgress)
    // Waited for: it may end this process, and then only the parent knows what it was.
    const onTrial = (trial: Trial) => send({ type: 'measuring', trial })
    const { lanes, reason: lanesReason, tried = 1, latents } = await renderer.warmUp(onTrial)
    painter = { renderer, sizes: new WorkedSizes(config.provider, renderer.defaultSize) }
    const figures = { loadMs: performance.now() - startedMs, rssBytes: process.memoryUsage.rss() }
    isStarting = false
    const why = latents === undefined ? {} : { latents }
    void send({ type: 'ready', ...figures, lanes, lanesReason, tried, ...why, precision: renderer.precision })
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'model_unusable'
    void send({ type: 'unusable', code, message: messageOf(error) })
  }
}

async function run(id: number, work: SlotJob): Promise<void> {
  const signal = { aborted: false }
  const job = { signal, wants: work.job.previews }
  jobs.set(id, job)
  try {
    if (painter === undefined)
      throw new AppError('engine_loading', 'The model is being loaded; send the frame again')
    const result = await painter.renderer.render(work, {
      signal,
      wants: () => job.wants,
      onStep: (event) => void send({ type: 'step', id, event }),
    })
    painter.sizes.worked(work.rendered)
    void send({ type: 'done', id, result })
  } catch (error) {
    const failed = painter?.sizes.failed(error, work.rendered) ?? { failure: failureOf(error) }
    void send({ type: 'failed', id, ...failed })
  } finally {
    jobs.delete(id)
  }
}

/** A job that has ended meanwhile needs no change. */
function change(id: number, { aborted, wants }: { aborted?: true; wants?: readonly PreviewWant[] }): void {
  const job = jobs.get(id)
  if (job === undefined) return
  if (aborted) job.signal.aborted = true
  if (wants) job.wants = wants
}

process.on('message', (message: unknown) => {
  if (!isToWorker(message)) return
  switch (message.type) {
    case 'probe':
      void probeProvider(message).then((probed) => send({ type: 'probed', ...probed }))
      return
    case 'start':
      void start(message.config)
      return
    case 'job':
      void run(message.id, message.work)
      return
    case 'cancel':
      change(message.id, { aborted: true })
      return
    case 'previews':
      change(message.id, { wants: message.wants })
      return
  }
})

// A terminal's Ctrl-C reaches the whole group. The parent still drains then: this process ends when the parent does.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', () => process.exit(0))
