import type { NextConfig } from 'next'
import { copyAssets } from './server/bin/copy-assets.mjs'

// The canvas must work with no internet, so its fonts, icons and words are served from our own origin.
copyAssets()

const config: NextConfig = {
  output: 'export',
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  // `npm run verify` type-checks and lints the whole repository; a build need not do it again.
  typescript: { ignoreBuildErrors: true },
}

export default config
