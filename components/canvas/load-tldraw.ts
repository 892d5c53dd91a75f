import { openChannel } from './open-channel.ts'

/**
 * Everything that is made of tldraw, most of a page's bytes: fetched when a page shows it, and never where the plain
 * canvas takes its place. A failed fetch is tried again at the next call.
 */
export function loadTldraw() {
  hideForbiddenChannels()
  return import('./tldraw/parts.ts')
}

/** tldraw opens a channel as it loads. It does without in browsers that have none, but not in those that refuse one. */
function hideForbiddenChannels(): void {
  const channel = openChannel('sketchwire-probe')
  if (channel) channel.close()
  else Reflect.deleteProperty(globalThis, 'BroadcastChannel')
}
