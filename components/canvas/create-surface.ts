import { chooseSurface } from './choose-surface.ts'
import type { DrawingSurface, SurfaceOptions } from './drawing-surface.ts'
import { loadTldraw } from './load-tldraw.ts'
import { PlainSurface } from './plain/plain-surface.ts'
import { TldrawSurface } from './tldraw-surface.ts'

/** The kind of canvas that this page may show. */
export function surfaceHere(asked: 'auto' | 'plain'): 'tldraw' | 'plain' {
  const { protocol, hostname } = window.location
  return chooseSurface({
    asked,
    protocol,
    hostname,
    hasKey: Boolean(process.env.NEXT_PUBLIC_TLDRAW_LICENSE_KEY),
    isProduction: process.env.NODE_ENV === 'production',
  })
}

export function createSurface(options: SurfaceOptions, asked: 'auto' | 'plain'): DrawingSurface {
  if (surfaceHere(asked) === 'plain') return new PlainSurface(options)
  // It comes while the rest of the page is put up; whoever shows it says so if it does not.
  loadTldraw().catch(() => undefined)
  return new TldrawSurface(options)
}
