import { chooseSurface } from './choose-surface.ts'
import { TldrawSurface, type DrawingSurface, type SurfaceOptions } from './drawing-surface.ts'
import { PlainSurface } from './plain/plain-surface.ts'

/** The canvas that this page may show. */
export function createSurface(options: SurfaceOptions, asked: 'auto' | 'plain'): DrawingSurface {
  const { protocol, hostname } = window.location
  const choice = chooseSurface({
    asked,
    protocol,
    hostname,
    hasKey: Boolean(process.env.NEXT_PUBLIC_TLDRAW_LICENSE_KEY),
    isProduction: process.env.NODE_ENV === 'production',
  })
  return choice === 'plain' ? new PlainSurface(options) : new TldrawSurface(options)
}
