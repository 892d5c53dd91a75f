// `npm run gpu:cuda`: the CUDA provider of the pinned onnxruntime-node, and the libraries of CUDA and cuDNN that it is
// linked with where the system has none. They are left out of `npm ci`, which most people run without an NVIDIA card.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import {
  installedRuntime,
  librariesOf,
  PROVIDER_FILES,
  readAbout,
  useCudaFolder,
  type CudaMajor,
  type Runtime,
} from '../engine/cuda-folder.ts'
import { withLock } from '../models-cli/lock.ts'
import { cudaLibraries } from './cuda-libraries.ts'
import { driverCuda, majorFor } from './driver.ts'
import { installCuda } from './install-cuda.ts'
import { loadProblem } from './loader.ts'
import { installedFiles, installerCall } from './nuget.ts'
import { checkPip, checkPython, type Python } from './pip.ts'
import { runProgram } from './run-program.ts'
import { LIBRARY_WHEELS, PROVIDER_13, type Wheel } from './wheels.ts'

const USAGE = 'npm run gpu:cuda [-- --cuda 12|13] [--python PROGRAM]'
const say = (line: string) => void process.stdout.write(`${line}\n`)

interface Asked {
  readonly cuda: CudaMajor | undefined
  readonly program: string
}

function readArgs(args: readonly string[]): Asked {
  const usage = (why: string) => new AppError('usage', `${why}. Usage: ${USAGE}`)
  const options = { cuda: { type: 'string' }, python: { type: 'string', default: 'python3' } } as const
  try {
    const { cuda, python } = parseArgs({ args: [...args], options }).values
    if (cuda === undefined) return { cuda, program: python }
    if (cuda === '12' || cuda === '13') return { cuda: cuda === '12' ? 12 : 13, program: python }
  } catch (error) {
    throw usage(messageOf(error))
  }
  throw usage('--cuda is 12 or 13')
}

/** What was asked for, else the newest that the driver runs. */
async function chooseCuda(asked: CudaMajor | undefined, python: Python): Promise<CudaMajor> {
  if (asked === undefined) await checkPython(python)
  const driver = await driverCuda(python)
  const runs = driver === undefined ? undefined : `${driver.major}.${driver.minor}`
  if (asked !== undefined) {
    if (driver !== undefined && driver.major < asked)
      say(
        `Note: the NVIDIA driver here runs CUDA ${runs} at most, so CUDA ${asked} will not work on this machine.`,
      )
    return asked
  }
  if (driver === undefined) {
    say(
      'There is no NVIDIA driver here to ask: for CUDA 13, which drivers from 580 on run ("-- --cuda 12" for older).',
    )
    return 13
  }
  const major = majorFor(driver)
  if (major !== undefined) return major
  const message = `The NVIDIA driver here runs CUDA ${runs} at most, and 12 is needed: install a newer driver (580 or later is best), then run "npm run gpu:cuda" again`
  throw new AppError('old_driver', message)
}

/** The wheels to get: where the system has all libraries of that CUDA, they are not fetched again. */
function wheelsFor(major: CudaMajor): readonly Wheel[] {
  const isThere = cudaLibraries(major).every((name) => loadProblem(name) === undefined)
  return [...(major === 13 ? [PROVIDER_13] : []), ...(isThere ? [] : LIBRARY_WHEELS[major])]
}

/** For CUDA 12. Its files lie beside onnxruntime's library then. */
async function runInstaller({ signal }: Python): Promise<void> {
  if (installedFiles().every((file) => existsSync(file))) return
  const { args, options } = installerCall()
  const status = await runProgram([process.execPath, ...args], { ...options, stdio: 'inherit', signal })
  if (status === 0 && installedFiles().every((file) => existsSync(file))) return
  const message =
    'The CUDA 12 provider could not be downloaded from NuGet (why is above): check that it can be reached (GLOBAL_AGENT_HTTPS_PROXY names a proxy), or take CUDA 13 with a driver from 580 on ("npm run gpu:cuda -- --cuda 13"), and run it again'
  throw new AppError('download_failed', message)
}

/** Libraries that the system had may be gone, or be found in the shell of the last run alone. */
function isWhole({ cudaFolder }: Runtime, major: CudaMajor): boolean {
  const has = (file: string) => existsSync(join(librariesOf(cudaFolder), file))
  return (
    PROVIDER_FILES.every(has) &&
    cudaLibraries(major).every((name) => has(name) || loadProblem(name) === undefined)
  )
}

async function bring(runtime: Runtime, major: CudaMajor, python: Python): Promise<void> {
  const about = readAbout(runtime.cudaFolder)
  if (about?.onnxruntime === runtime.version && about.cuda === major && isWhole(runtime, major)) {
    const problem = useCudaFolder(runtime)
    if (problem !== undefined) throw new AppError('unlinked', problem)
    return say(`The CUDA provider for CUDA ${major} is in ${runtime.cudaFolder} already.`)
  }
  const wheels = wheelsFor(major)
  if (wheels.length > 0) await checkPip(python)
  say(`Getting the CUDA provider for CUDA ${major}${wheels.length > 1 ? ', with CUDA and cuDNN' : ''}.`)
  await installCuda({
    runtime,
    about: { onnxruntime: runtime.version, cuda: major },
    wheels,
    python,
    ...(major === 12 ? { fetchProvider: () => runInstaller(python) } : {}),
  })
  say(`It is in ${runtime.cudaFolder}; delete that folder to be rid of it.`)
}

async function main(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new AppError(
      'wrong_platform',
      'The CUDA provider exists for Linux on x64 alone; "npm run gpu:doctor" tells what this machine can have',
    )
  const { cuda, program } = readArgs(process.argv.slice(2))
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  const python = { python: program, signal: stop.signal }
  const runtime = installedRuntime()
  const major = await chooseCuda(cuda, python)
  const store = { lockOf: () => `${runtime.cudaFolder}.lock` }
  await withLock(store, 'The CUDA provider', () => bring(runtime, major, python))
  say('"npm run gpu:doctor" tells whether it works.')
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof AppError ? error.message : `Unexpected: ${messageOf(error)}`}\n`)
  process.exitCode = error instanceof AppError && error.code === 'interrupted' ? 130 : 1
})
