// Bundles what other people's pages load from this server into `public/`, which the export copies: `/embed.js`, the
// custom element as one classic script, and `/client.js`, the client alone as a module. Called by next.config.ts.
import { buildSync } from 'esbuild'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export const BROWSER_BUNDLE = {
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'error',
}

export function buildEmbed() {
  const bundle = (entry, file, format) =>
    buildSync({
      ...BROWSER_BUNDLE,
      entryPoints: [join(root, entry)],
      outfile: join(root, 'public', file),
      format,
    })
  bundle('lib/embed/script.ts', 'embed.js', 'iife')
  bundle('lib/client/index.ts', 'client.js', 'esm')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildEmbed()
