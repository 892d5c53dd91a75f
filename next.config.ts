import type { NextConfig } from 'next'
import { buildEmbed } from './server/bin/build-embed.mjs'
import { copyAssets } from './server/bin/copy-assets.mjs'

// The canvas must work with no internet, so its fonts and words are served from our own origin.
const assets = copyAssets()
// Scripts for other people's pages; not part of any page of ours.
buildEmbed()

const config: NextConfig = {
  output: 'export',
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  env: { NEXT_PUBLIC_TLDRAW_ASSETS: assets },
  // `npm run verify` type-checks and lints the whole repository; a build need not do it again.
  typescript: { ignoreBuildErrors: true },
}

export default config
