// `npm run gpu:cuda`: onnxruntime-node's own installer for the CUDA provider of the pinned version. It is left out of
// `npm ci`, which would fail as a whole where the download cannot be had.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const runtime = fileURLToPath(new URL('../../node_modules/onnxruntime-node', import.meta.url))
const provider = join(runtime, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so')

function giveUp(message) {
  console.error(message)
  process.exit(1)
}

if (process.platform !== 'linux' || process.arch !== 'x64')
  giveUp(
    'The CUDA provider exists for Linux on x64 alone; "npm run gpu:doctor" tells what this machine can have.',
  )
if (!existsSync(provider)) {
  const env = { ...process.env, npm_config_onnxruntime_node_install: '', ONNXRUNTIME_NODE_INSTALL: '' }
  const script = join(runtime, 'script/install.js')
  const { status } = spawnSync(process.execPath, [script, '--onnxruntime-node-install=cuda12'], {
    stdio: 'inherit',
    cwd: runtime,
    env,
  })
  if (status !== 0 || !existsSync(provider))
    giveUp(
      'The CUDA provider could not be downloaded: check the network (GLOBAL_AGENT_HTTPS_PROXY names a proxy) and run "npm run gpu:cuda" again.',
    )
}
console.log('The CUDA provider is installed; "npm run gpu:doctor" tells whether it works.')
