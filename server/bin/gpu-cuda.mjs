// `npm run gpu:cuda`: onnxruntime-node's own installer for the CUDA provider of the pinned version. It is left out of
// `npm ci`, which would fail as a whole where the download cannot be had.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { installedFiles, installerCall } from './cuda-install.mjs'

function giveUp(message) {
  console.error(message)
  process.exit(1)
}

if (process.platform !== 'linux' || process.arch !== 'x64')
  giveUp(
    'The CUDA provider exists for Linux on x64 alone; "npm run gpu:doctor" tells what this machine can have.',
  )
const missing = () => installedFiles().filter((file) => !existsSync(file))
if (missing().length > 0) {
  const { args, options } = installerCall(process.env)
  const { status } = spawnSync(process.execPath, args, { ...options, stdio: 'inherit' })
  if (status !== 0)
    giveUp(
      'The CUDA provider could not be downloaded (why is above): check that api.nuget.org can be reached (GLOBAL_AGENT_HTTPS_PROXY names a proxy) and run "npm run gpu:cuda" again.',
    )
  const [file] = missing()
  if (file !== undefined)
    giveUp(
      `The installer of onnxruntime-node ended well, but ${file} is not there: run "npm ci", then "npm run gpu:cuda" again.`,
    )
}
console.log('The CUDA provider is installed; "npm run gpu:doctor" tells whether it works.')
