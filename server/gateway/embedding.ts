// Who may frame the embeddable canvas: the browser's own rule (frame-ancestors), the same in words for a person who
// looks at a refused frame, and as facts for the element that asks first.
import { EMBED_VERSION } from '../../lib/protocol/version.ts'
import type { Reply, RequestHead } from './host.ts'
import type { OriginRule } from './origin.ts'

const PAGE = /^\/embed(\/|\/index\.html|\.html)?$/
/** Scripts that other people's pages load from here. */
const SCRIPTS = ['/embed.js', '/client.js']

/** A page that lets in only what says so (COEP) shows a frame that is as strict; ours loads nothing from elsewhere. */
const FOR_STRICT_PAGES = {
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'cross-origin',
}

/** What a file of the export says to other people's pages. */
export function headersForOthers(key: string): Readonly<Record<string, string>> {
  if (PAGE.test(key)) return FOR_STRICT_PAGES
  if (!SCRIPTS.includes(key)) return {}
  // A module script from another origin is fetched with CORS; these hold nothing but public code.
  return { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
}

/** Listed origins, the server's own, and, where the server is for this machine only, pages of this machine. */
export function mayEmbed(origin: string, host: string | undefined, rule: OriginRule): boolean {
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  if (rule.allowed.includes(url.origin) || url.host === host?.toLowerCase()) return true
  return rule.loopbackOnly && LOCAL.test(url.hostname) && /^https?:$/.test(url.protocol)
}

/** Names of this machine that `frame-ancestors` can say: it knows no addresses of IPv6 and no ranges. */
const LOCAL = /^(localhost|.+\.localhost|127\.0\.0\.1)$/
const LOCAL_SOURCES = ['localhost', '*.localhost', '127.0.0.1']

/** Value of CSP `frame-ancestors` for a page of the export. */
export function frameAncestors(key: string, rule: OriginRule): string {
  if (!PAGE.test(key)) return "'self'"
  const local = rule.loopbackOnly
    ? LOCAL_SOURCES.flatMap((name) => [`http://${name}:*`, `https://${name}:*`])
    : []
  return ["'self'", ...rule.allowed, ...local].join(' ')
}

/** Answers `GET /embed.json`: whether the asking origin may embed, readable from anywhere. */
export function embedFacts(head: RequestHead, rule: OriginRule): Reply | undefined {
  if (head.path !== '/embed.json') return undefined
  const { origin, host } = head.headers
  // A browser leaves Origin out when a page asks its own server.
  const allowed = origin === undefined || mayEmbed(origin, host, rule)
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
  }
  const facts = { product: 'sketchwire', embed: EMBED_VERSION, allowed }
  return { status: 200, headers, body: JSON.stringify(facts) }
}

/**
 * The page a foreign frame gets instead of the canvas. `frame-ancestors` alone would leave it to the browser to show
 * a grey box; this only says why, so it may be shown in any frame: it has no script, no form and no link.
 */
export function refuseFraming(head: RequestHead, rule: OriginRule): Reply | undefined {
  const { referer, host } = head.headers
  if (!PAGE.test(head.path) || !/^i?frame$/.test(head.headers['sec-fetch-dest'] ?? '')) return undefined
  // Without a Referer the browser's own rule decides.
  if (referer === undefined || !URL.canParse(referer)) return undefined
  const { origin } = new URL(referer)
  if (mayEmbed(origin, host, rule)) return undefined
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *",
    ...FOR_STRICT_PAGES,
  }
  return { status: 403, headers, body: refusalPage(origin) }
}

/** `origin` comes from the URL parser, which leaves nothing in it that HTML would read. */
function refusalPage(origin: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sketchwire may not be embedded here</title>
<style>:root{color-scheme:light dark}body{display:grid;min-height:100dvh;place-content:center;margin:0;padding:16px;box-sizing:border-box;font:500 14px/1.5 system-ui,sans-serif;text-align:center}</style>
<p>This Sketchwire server does not let pages of <b>${origin}</b> embed its canvas.<br>Whoever runs it can allow that with <code>SKETCHWIRE_EMBED_ORIGINS=${origin}</code>.</p></html>`
}
