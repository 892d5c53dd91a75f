// The composition root: command line and environment -> engine -> server, signals -> drain -> exit code.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { announcement } from './announcement.ts'
import { readCommandLine } from './cli.ts'
import { keepMemoryOfChildren, keepSecretsFromChildren, readConfig } from './config.ts'
import type { Config } from './config.ts'
import type { Engine } from './engine/engine.ts'
import { createFakeEngine } from './engine/fake-engine.ts'
import { createLocalEngine, openLocalEngine, type LocalEngineOptions } from './engine/local-engine.ts'
import { PrecisionMemory } from './engine/precision-memory.ts'
import { SwitchableEngine } from './engine/switchable-engine.ts'
import { systemClock } from './engine/system-clock.ts'
import { createEvents } from './events.ts'
import type { Events } from './events.ts'
import { ModelSwitch } from './models/model-switch.ts'
import type { Models } from './models/models.ts'
import { Shelf } from './models/shelf.ts'
import { Store } from './models/store.ts'
import { startServer } from './server.ts'
import type { Server } from './server.ts'
import { AppError, messageOf } from '../lib/std/errors.ts'

/** The repository's folder, seen from dist/server, whatever folder this was called in. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** A terminal and systemd signal every process, and npm passes on what it got: so soon after the first it is the same one. */
const ECHO_MS = 1000

interface StartedEngine {
  readonly engine: Engine
  /** Where the model can be changed. */
  readonly models?: Models
  /** Rejects when the engine can never become ready. */
  readonly started: Promise<void>
}

async function openEngine(config: Config, events: Events): Promise<StartedEngine> {
  if (config.engine === 'fake') {
    return {
      engine: createFakeEngine({ stepMs: config.fakeStepMs, slots: config.slots ?? 1 }),
      started: Promise.resolve(),
    }
  }
  const { modelDir, modelsRoot } = config
  const options = localOptions(config, events)
  const first = await openLocalEngine({ ...options, modelDir })
  const engine = new SwitchableEngine(first)
  const { slots = 1 } = config
  const shelf = new Shelf({ store: new Store(modelsRoot), startedWith: modelDir, slots })
  const active = await shelf.started()
  const open = (folder: string) => createLocalEngine({ ...options, modelDir: folder })
  const models = new ModelSwitch({ engine, shelf, open, active, slots, log: events.log })
  return { engine, models, started: first.started }
}

/** Of every model that is opened while the server runs. */
function localOptions(config: Config, events: Events): Omit<LocalEngineOptions, 'modelDir'> {
  const { provider, precision, threads, slots, batching, memoryBudgetBytes, safetyChecker, jobDeadlineMs } =
    config
  return {
    deadlineMs: jobDeadlineMs,
    log: events.log,
    onProcessLost: () => events.engineProcessLost(),
    provider: provider ?? 'auto',
    precision,
    precisions: new PrecisionMemory(),
    ...(safetyChecker === undefined ? {} : { safetyChecker: safetyChecker === 'on' }),
    ...(threads === undefined ? {} : { threads }),
    ...(slots === undefined ? {} : { slots }),
    batching,
    ...(memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes }),
  }
}

async function main(): Promise<void> {
  const line = readCommandLine(process.argv.slice(2))
  if ('help' in line) return void process.stdout.write(line.help)
  const config = readConfig(undefined, line.flags, ROOT)
  // The caller's folder may go away; that of the program stays, for the children to start in.
  process.chdir(ROOT)
  keepSecretsFromChildren()
  keepMemoryOfChildren()
  const events = createEvents(config.logLevel)
  const waitForSignals = quitOnSignal()
  process.on('uncaughtExceptionMonitor', (error) => events.bug('running', error))
  const { engine, models, started } = await openEngine(config, events)
  started.catch(() => undefined)
  let server: Server
  try {
    server = await startServer({
      config,
      engine,
      ...(models ? { models } : {}),
      events,
      clock: systemClock,
      pagesDir: join(ROOT, 'out'),
    })
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  }
  waitForSignals()
  stopOnSignal(config, server, engine)
  started.catch(async (error: unknown) => {
    await server.stop(0)
    await engine[Symbol.asyncDispose]()
    giveUp(error)
  })
  if (await firstOf(started)) announce(config, server.port)
}

/** Whoever opens the page early sees it load; but a URL that is printed should not be taken back a second later. */
const ANNOUNCE_WITHIN_MS = 10_000

/** False when the engine can never become ready; true when it is, or is still loading after a while. */
async function firstOf(started: Promise<void>): Promise<boolean> {
  let cancelTimer = () => {}
  const patience = new Promise<boolean>((resolve) => {
    cancelTimer = systemClock.setTimer(() => resolve(true), ANNOUNCE_WITHIN_MS)
  })
  const outcome = started.then(
    () => true,
    () => false,
  )
  const isGood = await Promise.race([outcome, patience])
  cancelTimer()
  return isGood
}

function announce({ host, tls }: Config, port: number): void {
  process.stdout.write(announcement({ scheme: tls ? 'https' : 'http', host, port }))
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Until there is anything to wind up; returns the end of it. A container's first process hears no signal it does not ask for. */
function quitOnSignal(): () => void {
  const quit = () => process.exit(130)
  for (const signal of SIGNALS) process.on(signal, quit)
  return () => SIGNALS.forEach((signal) => process.off(signal, quit))
}

function stopOnSignal({ drainMs, drainDelayMs }: Config, server: Server, engine: Engine): void {
  let firstMs: number | undefined
  const stop = async () => {
    if (firstMs !== undefined) {
      // A second Ctrl-C means now.
      if (systemClock.now() - firstMs >= ECHO_MS) process.exit(130)
      return
    }
    firstMs = systemClock.now()
    await server.stop(drainMs, drainDelayMs)
    await engine[Symbol.asyncDispose]()
    process.exit(0)
  }
  for (const signal of SIGNALS) process.on(signal, () => void stop())
}

function giveUp(error: unknown): never {
  const isExpected = error instanceof AppError
  process.stderr.write(`${isExpected ? error.message : `Sketchwire could not start: ${messageOf(error)}`}\n`)
  process.exit(1)
}

await main().catch(giveUp)
