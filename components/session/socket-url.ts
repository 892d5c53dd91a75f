/** A door of the server: same origin, except under `next dev`, whose pages come from another port than the gateway. */
export function serverUrl(path: string): URL {
  const page = new URL(window.location.href)
  const server = process.env.NEXT_PUBLIC_SKETCHWIRE_SERVER
  const base =
    process.env.NODE_ENV === 'development'
      ? new URL(server ?? `${page.protocol}//${page.hostname}:7878`)
      : new URL(page.origin)
  base.pathname = path
  return base
}
