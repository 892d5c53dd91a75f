// Wheels through pip, which knows this machine's index, mirrors, proxies and certificates, shows how far it is, and
// compares digests. It is given another Python's tags than its own on purpose: only the libraries inside are wanted.
import { AppError } from '../../lib/std/errors.ts'
import { environmentWith } from '../config.ts'
import { runProgram, type Run } from './run-program.ts'
import type { Wheel } from './wheels.ts'

/** Newest first; NVIDIA's wheels are older ones' than onnxruntime's. */
const PLATFORMS = ['manylinux_2_28_x86_64', 'manylinux_2_27_x86_64', 'manylinux2014_x86_64']
const TAGS = [
  ...['--python-version', '3.12', '--implementation', 'cp', '--abi', 'cp312', '--abi', 'none'],
  ...PLATFORMS.flatMap((platform) => ['--platform', platform]),
]

export interface Python {
  /** Its program. */
  readonly python: string
  readonly signal: AbortSignal
}

/** @throws AppError `no_python` with the remedy. */
export async function checkPython({ python, signal }: Python): Promise<void> {
  if ((await run([python, '--version'], 'ignore', signal)) === 0) return
  const message = `"${python}" does not run, and it asks the driver which CUDA it takes, and its pip fetches NVIDIA's libraries: install it (on Debian and Ubuntu "apt-get install python3-pip"), or name another with --python, and run "npm run gpu:cuda" again`
  throw new AppError('no_python', message)
}

/** @throws AppError `no_pip` with the remedy. */
export async function checkPip({ python, signal }: Python): Promise<void> {
  if ((await run([python, '-m', 'pip', '--version'], 'ignore', signal)) === 0) return
  const message = `"${python} -m pip" does not run, and it is what fetches NVIDIA's libraries: install pip (on Debian and Ubuntu "apt-get install python3-pip"), or name another Python with --python, and run "npm run gpu:cuda" again`
  throw new AppError('no_pip', message)
}

/** The lines of a requirements file, which is the only place where pip takes digests. */
export const requirement = ({ name, version, sha256 }: Wheel): string =>
  `${name}==${version} --hash=sha256:${sha256}\n`

/** Saves the wheel in `into`. @param list a requirements file with that wheel alone. */
export async function downloadWheel(
  { name, version }: Wheel,
  { list, into }: { readonly list: string; readonly into: string },
  { python, signal }: Python,
): Promise<void> {
  const args = ['--no-deps', '--require-hashes', '--only-binary=:all:', '--no-cache-dir', ...TAGS]
  const pip = [python, '-m', 'pip', 'download', '--disable-pip-version-check']
  // It downloads into a temporary folder first; the system's may be small.
  const env = environmentWith({ TMPDIR: into })
  const status = await run([...pip, ...args, '-d', into, '-r', list], 'inherit', signal, { env })
  if (status === 0) return
  const message = `${name} ${version} could not be downloaded (pip says why above): check that pip reaches its index (HTTPS_PROXY names a proxy, PIP_INDEX_URL a mirror) and run "npm run gpu:cuda" again; what has arrived is kept`
  throw new AppError('download_failed', message)
}

/** Unpacks a wheel, which is a zip file. */
export async function unpackWheel(file: string, into: string, { python, signal }: Python): Promise<void> {
  if ((await run([python, '-m', 'zipfile', '-e', file, into], 'inherit', signal)) === 0) return
  throw new AppError(
    'unpack_failed',
    `${file} could not be unpacked (why is above); run "npm run gpu:cuda" again`,
  )
}

/** @returns what it printed, or `undefined` where it failed. */
export async function pythonSays(program: string, { python, signal }: Python): Promise<string | undefined> {
  const words: string[] = []
  const onText = (text: string) => void words.push(text)
  const status = await run([python, '-c', program], 'pipe', signal, { onText })
  return status === 0 ? words.join('').trim() : undefined
}

function run(
  command: readonly string[],
  output: 'ignore' | 'inherit' | 'pipe',
  signal: AbortSignal,
  more: Pick<Run, 'env' | 'onText'> = {},
): Promise<number | undefined> {
  const errors = output === 'pipe' ? 'ignore' : output
  return runProgram(command, { stdio: ['ignore', output, errors], signal, ...more })
}
