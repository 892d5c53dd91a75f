// `npm run bench:gpu:pack`: what a bare machine needs to run the GPU bench (docs/bench/README.md), in two archives in
// .gpu/. Node, the program, its packages, the builder of the graphs and Vulkan's loader; the folder that is packed is
// run once here before, so that nothing it needs is missing there. With `--cuda` the CUDA provider instead, in as many
// pieces as calls are needed to carry it: CUDA's own libraries are where PyTorch is.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LIMIT_BYTES, travelBytes } from './gpu-travel.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** Vulkan's loader, and the libraries that NVIDIA's driver for it asks for. */
const LOADERS = ['libvulkan1', 'libegl1', 'libglvnd0', 'libopengl0', 'libgl1', 'libglx0', 'libgles2']
const RUNTIME = 'node_modules/onnxruntime-node'
const NATIVE = `${RUNTIME}/bin/napi-v6/linux/x64`
const FOLDERS = [
  'dist/lib',
  'dist/server',
  'node_modules/valibot/dist',
  'node_modules/onnxruntime-common/dist',
  `${RUNTIME}/dist`,
]
const FILES = [
  'node_modules/valibot/package.json',
  'node_modules/onnxruntime-common/package.json',
  `${RUNTIME}/package.json`,
  `${NATIVE}/onnxruntime_binding.node`,
  `${NATIVE}/libonnxruntime.so.1`,
  'models/export/sd15_graphs.py',
  'models/export/emitter.py',
  'models/export/own_folder.py',
  'server/bench/calibration.onnx',
]
/** Declarations, maps and minified twins stay at home. */
const CODE = ['.js', '.mjs', '.cjs', '.json', '']
// Nearly all of it is x86 code, for which xz has a filter. Unpacking takes 128 MiB of memory.
const XZ = 'xz --x86 --lzma2=preset=9e,dict=128MiB'

function program(place) {
  for (const folder of FOLDERS)
    cpSync(join(root, folder), join(place, folder), {
      recursive: true,
      filter: (path) => CODE.includes(extname(path)) && !/\.min\./.test(path),
    })
  for (const file of FILES) {
    mkdirSync(dirname(join(place, file)), { recursive: true })
    cpSync(join(root, file), join(place, file))
  }
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }\n')
  // Symbols and debug information are a tenth of Node's file.
  execFileSync('strip', ['-o', join(place, 'node'), process.execPath])
}

/** The packages as files. Lists of a folder of its own: neither this machine's architecture nor its lists matter. */
function loaders(place) {
  const lists = join(place, 'lists')
  const debs = join(place, 'debs')
  mkdirSync(join(lists, 'partial'), { recursive: true })
  mkdirSync(debs)
  const options = [
    '-oAPT::Architecture=amd64',
    '-oAPT::Architectures=amd64',
    `-oDir::State::Lists=${lists}`,
    '-qq',
  ]
  execFileSync('apt-get', [...options, 'update'], { stdio: 'inherit' })
  execFileSync('apt-get', [...options, 'download', ...LOADERS], { cwd: debs, stdio: 'inherit' })
  rmSync(lists, { recursive: true })
}

/** Runs the bench's check from the folder alone: a module that was left behind would show here. */
function rehearse(place) {
  const main = join(place, 'dist/server/bench/gpu/main.js')
  const args = [main, '--check', '--provider', 'cpu']
  const { stdout, stderr } = spawnSync(join(place, 'node'), args, { cwd: place, encoding: 'utf8' })
  if (!/^works +cpu$/m.test(stdout ?? ''))
    throw new Error(
      `what was packed does not run by itself, so it would not there either:\n${stdout}${stderr}server/bin/gpu-pack.mjs lists what is packed`,
    )
}

async function archive(place, name, members) {
  const target = join(root, '.gpu', `${name}.tar.xz`)
  const args = ['-C', place, '--owner=0', '--group=0', `--use-compress-program=${XZ}`, '-cf', target]
  await run('tar', [...args, ...members])
  console.log(`.gpu/${name}.tar.xz: ${megabytes(statSync(target).size)}`)
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** Says which paths to carry, in how many calls. */
function weigh() {
  const calls = [['.gpu'], ['.gpu/node.tar.xz'], ['.gpu/bench.tar.xz']]
  const [whole, ...halves] = calls.map((carried) => travelBytes(root, carried))
  const fits = (bytes) => bytes <= LIMIT_BYTES
  const of = `of the ${megabytes(LIMIT_BYTES)} that a call may carry`
  if (fits(whole)) console.log(`In one call: carry .gpu (with the repository ${megabytes(whole)} ${of}).`)
  else if (halves.every(fits))
    console.log(
      `In two calls: carry .gpu/node.tar.xz first, .gpu/bench.tar.xz then (with the repository ${halves.map(megabytes).join(' and ')} ${of}; together ${megabytes(whole)}).`,
    )
  else
    throw new Error(
      `too heavy, ${halves.map(megabytes).join(' and ')} with the repository, ${of}: take what is not needed out of the repository's folder, untracked files count`,
    )
}

/** Files of `.cuda`, which `npm run gpu:cuda` fills. */
const PROVIDER = [
  '.cuda/about.json',
  '.cuda/lib/libonnxruntime_providers_cuda.so',
  '.cuda/lib/libonnxruntime_providers_shared.so',
]
/** For what is committed between packing and carrying. */
const SPARE_BYTES = 1 << 20

/** The provider, as `.gpu/cuda.tar.xz.2of6`. */
async function packProvider() {
  const lacking = PROVIDER.find((file) => !existsSync(join(root, file)))
  if (lacking) throw new Error(`${lacking} is missing: run "npm run gpu:cuda -- --cuda 13" first`)
  for (const name of readdirSync(join(root, '.gpu')))
    if (name.startsWith('cuda.tar.xz')) rmSync(join(root, '.gpu', name))
  const whole = join(root, '.gpu/cuda.tar.xz')
  const args = ['-C', root, '--owner=0', '--group=0', '--use-compress-program=xz -6 -T0', '-cf', whole]
  await run('tar', [...args, ...PROVIDER])
  const room = LIMIT_BYTES - travelBytes(root, []) - SPARE_BYTES
  const { size } = statSync(whole)
  const count = Math.ceil(size / room)
  const file = openSync(whole, 'r')
  for (let i = 0; i < count; i++) {
    const piece = Buffer.alloc(Math.min(room, size - i * room))
    readSync(file, piece, 0, piece.length, i * room)
    writeFileSync(`${whole}.${i + 1}of${count}`, piece)
  }
  closeSync(file)
  rmSync(whole)
  console.log(
    `.gpu/cuda.tar.xz.1of${count} to .${count}of${count}: ${megabytes(size)}. In ${count} calls: carry one each, the order does not matter.`,
  )
}

async function packBench() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('the archives are made on Linux on x64, like the machine they are for')
  const place = mkdtempSync(join(tmpdir(), 'sketchwire-pack-'))
  // apt fetches as a user of its own.
  chmodSync(place, 0o755)
  try {
    program(place)
    loaders(place)
    rehearse(place)
    const rest = ['package.json', 'dist', 'node_modules', 'models', 'server', 'debs']
    await Promise.all([archive(place, 'node', ['node']), archive(place, 'bench', rest)])
    weigh()
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

mkdirSync(join(root, '.gpu'), { recursive: true })
await (process.argv.includes('--cuda') ? packProvider() : packBench()).catch((error) => {
  console.error(`It could not be packed: ${error.message}`)
  process.exitCode = 1
})
