// Copies tldraw's fonts and English words from `@tldraw/assets` into `public/tldraw-assets` (git-ignored).
// Called by next.config.ts, so that no build or `next dev` can miss it; a stamp makes the second call free.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const from = join(root, 'node_modules/@tldraw/assets')
const to = join(root, 'public/tldraw-assets')

// The page is in English, embeds nothing and has panels of its own, so 40 translations and all icons stay behind.
const wanted = ['fonts', 'translations/languages.json', 'translations/main.json', 'translations/en.json']

/** The version of what is there now. */
export function copyAssets() {
  const { version } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
  const stamp = join(to, 'version.txt')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return version
  rmSync(to, { recursive: true, force: true })
  mkdirSync(join(to, 'translations'), { recursive: true })
  for (const path of wanted) cpSync(join(from, path), join(to, path), { recursive: true })
  writeFileSync(stamp, version)
  return version
}

if (process.argv[1] === fileURLToPath(import.meta.url)) copyAssets()
