import type { AbreastFigures } from './abreast-bench.ts'
import type { MachineFigures } from './calibration.ts'
import type { EngineFigures } from './engine-bench.ts'
import type { PreviewFigures } from './preview-bench.ts'
import type { GatewayFigures, WireSummary } from './gateway-bench.ts'

export interface Report {
  readonly machine: MachineFigures
  readonly engine: EngineFigures
  readonly abreast: readonly AbreastFigures[]
  readonly previews: readonly PreviewFigures[]
  readonly gateway: { readonly one: GatewayFigures; readonly eight: GatewayFigures }
  readonly wire: Readonly<Record<string, WireSummary>>
}

const ms = (value: number) => `${value.toFixed(1)} ms`

/** The report for people. */
export function table(report: Report): string {
  return [
    ...machineLines(report),
    '',
    ...engineLines(report),
    ...abreastLines(report),
    '',
    ...previewLines(report),
    '',
    ...gatewayLines(report),
    '',
    ...wireLines(report),
  ].join('\n')
}

/** The speed that targets in milliseconds are meant for. */
const TARGET_GFLOPS = 200

function machineLines({ machine }: Report): string[] {
  const { calibrationGflops } = machine
  const scale = Math.min(1, calibrationGflops / TARGET_GFLOPS).toFixed(2)
  return [
    `machine   ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`,
    `          calibration ${calibrationGflops.toFixed(0)} GFLOP/s float32 convolution; targets assume ${TARGET_GFLOPS}: multiply the times below by ${scale} before comparing`,
  ]
}

function engineLines({ engine }: Report): string[] {
  const stages = Object.entries(engine.stagesMs).map(([name, value]) => `${name} ${value.toFixed(1)}`)
  return [
    `engine    ${engine.model} on ${engine.provider} in ${engine.precision}, ${engine.width}x${engine.height}, ${engine.steps} steps, ${engine.frames} frames`,
    `          frame p50 ${ms(engine.msPerFrame.p50)}, p95 ${ms(engine.msPerFrame.p95)}, ${engine.fps.toFixed(1)} fps`,
    `          stages ${stages.join(', ')} ms`,
    `          model ${ms(engine.modelMs)}, overhead ${(engine.overheadRatio * 100).toFixed(1)} %`,
  ]
}

function abreastLines({ abreast }: Report): string[] {
  const [alone] = abreast
  return abreast.map(({ abreast: count, fps, frameMs }) => {
    const ratio =
      alone === undefined || count === 1
        ? ''
        : ` (${(fps / alone.fps).toFixed(2)}x one at a time, each ${(frameMs.p50 / alone.frameMs.p50).toFixed(2)}x as long)`
    return `          ${count} at a time: ${fps.toFixed(1)} fps, frame p50 ${ms(frameMs.p50)}${ratio}`
  })
}

function previewLines({ previews }: Report): string[] {
  const without = previews.find(({ everySteps }) => everySteps === 0)
  return previews.map(({ everySteps, frameMs, previewMs, shown, stepMs }) => {
    const name = everySteps === 0 ? 'none' : everySteps === 1 ? 'every step' : `every ${everySteps} steps`
    const ratio = without === undefined ? '' : ` (${(frameMs.p50 / without.frameMs.p50).toFixed(2)}x none)`
    const cost =
      shown === 0
        ? ''
        : `, one preview ${ms(previewMs)} = ${(previewMs / stepMs).toFixed(2)} of a step, ${shown} shown`
    return `previews  ${name.padEnd(13)} frame p50 ${ms(frameMs.p50)}${ratio}${cost}`
  })
}

function gatewayLines({ gateway }: Report): string[] {
  return [gateway.one, gateway.eight].flatMap((run) => [
    `gateway   ${run.sockets} socket${run.sockets > 1 ? 's' : ''}: ${run.fps.toFixed(1)} fps, least share ${run.leastShare.toFixed(2)}, superseded ${run.superseded}, failed ${run.failed}`,
    `          latency p50 ${ms(run.latencyMs.p50)}, p95 ${ms(run.latencyMs.p95)}, p99 ${ms(run.latencyMs.p99)}`,
    `          event loop delay p50 ${ms(run.eventLoopDelayMs.p50)}, p99 ${ms(run.eventLoopDelayMs.p99)}, max ${ms(run.eventLoopDelayMs.max)}`,
  ])
}

function wireLines({ wire }: Report): string[] {
  const binary = wire['socket-binary']
  return Object.entries(wire).map(([name, run]) => {
    const bytes = `${(run.bytesUp / 1000).toFixed(1)} kB up, ${(run.bytesDown / 1000).toFixed(1)} kB down`
    const ratio =
      binary === undefined ? '' : ` (${(run.aroundMs.p50 / binary.aroundMs.p50).toFixed(2)}x binary)`
    return `wire      ${name.padEnd(13)} ${bytes}, latency p50 ${ms(run.latencyMs.p50)}, around the engine ${ms(run.aroundMs.p50)}${ratio}`
  })
}
