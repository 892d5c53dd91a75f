// The built server and a headless Chromium for the tools that run outside the test runner.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { chromium } from '@playwright/test'
import { LAUNCH } from './system-chromium.mjs'

/** Starts the server on a free port and answers with its address once it listens. */
export async function startBuiltServer(env = {}) {
  const child = spawn(process.execPath, ['dist/server/main.js'], {
    env: { ...process.env, LOG_LEVEL: 'warn', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /https?:\/\/[^\s]+:\d+/.exec(line)
      if (match) resolve(match[0])
    })
    ended.then(([code]) => reject(new Error(`The server ended with ${code}; is everything built?`)), reject)
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  return { url, pid: child.pid ?? -1, stop }
}

export function launchChromium() {
  return chromium.launch(LAUNCH)
}
