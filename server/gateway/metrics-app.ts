// What answers on the port for figures: one page, for whoever runs the machine.
import type { Reply, WebApp } from './host.ts'
import { isAllowedHost } from './origin.ts'
import type { OriginRule } from './origin.ts'

/** @param figures in Prometheus' words */
export function metricsApp(figures: () => Promise<string>, rule: OriginRule): WebApp {
  return {
    sockets: [],
    receive: ({ path, headers: { host } }) => ({
      bodyLimitBytes: 1024,
      cutOffBytes: 2048,
      bodyTooLarge: () => NOT_FOUND,
      async respond() {
        // As on the main port: a page under a name that was made to lead here could read them.
        if (host !== undefined && !isAllowedHost(host, rule)) return notKnownAs(host.slice(0, 80))
        if (path !== '/metrics') return NOT_FOUND
        return text(200, await figures(), 'text/plain; version=0.0.4; charset=utf-8')
      },
    }),
  }
}

function text(status: number, body: string, type = 'text/plain'): Reply {
  return { status, headers: { 'content-type': type }, body }
}

const NOT_FOUND = text(404, 'Metrics are at /metrics')

function notKnownAs(host: string): Reply {
  const remedy = `call it as localhost, or start it with SKETCHWIRE_ORIGINS=http://${host}`
  return text(403, `This server is not known as ${host}; ${remedy}`)
}
