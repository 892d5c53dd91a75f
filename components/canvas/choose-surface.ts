/** What decides where the drawing happens. */
export interface SurfaceFacts {
  /** The page's own wish: `plain` is the plain canvas everywhere. */
  readonly asked: 'auto' | 'plain'
  readonly protocol: string
  readonly hostname: string
  readonly hasKey: boolean
  readonly isProduction: boolean
}

/**
 * tldraw blanks itself on a public https page in production that has no key (its LicenseManager; docs/adr/0004): there
 * the plain canvas takes its place, before anybody sees a blank. The rule is tldraw's own.
 */
export function chooseSurface(facts: SurfaceFacts): 'tldraw' | 'plain' {
  if (facts.asked === 'plain') return 'plain'
  if (facts.hasKey || !facts.isProduction || facts.protocol === 'http:') return 'tldraw'
  return isLoopback(facts.hostname) ? 'tldraw' : 'plain'
}

function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '')
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
  )
}
