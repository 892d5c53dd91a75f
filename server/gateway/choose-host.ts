import type { Host, WebApp } from './host.ts'
import { NodeHost } from './node-host.ts'
import type { TlsFiles } from './tls-files.ts'

export interface HostChoice {
  open(app: WebApp, tls?: TlsFiles): Host
  /** Why it is not uWebSockets.js; `undefined` where it is. */
  readonly reason: string | undefined
}

/**
 * uWebSockets.js where its binary loads, else node:http and ws: some of its binaries ask for a newer C library than a
 * distribution of a few years has (those for Node 22, 24 and 25 want glibc 2.38), and some platforms have none.
 */
export async function chooseHost(load = () => import('./uws.ts')): Promise<HostChoice> {
  try {
    const { UwsHost } = await load()
    return { open: (app, tls) => new UwsHost(app, tls), reason: undefined }
  } catch (error) {
    return { open: (app, tls) => new NodeHost(app, tls), reason: whyOf(error) }
  }
}

/** The last line of the package's complaint is the loader's own. */
function whyOf(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split('\n')
  return (lines.filter((line) => line.trim() !== '').at(-1) ?? 'it did not load').replace(/^Error: /, '')
}
