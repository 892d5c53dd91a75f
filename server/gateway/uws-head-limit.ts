// uWebSockets.js takes this limit from its environment alone, as it loads: to be imported before it.
import { env } from 'node:process'

/** As in node:http, whose host stands in for it. By itself it takes 4 KiB: less than a page's cookies may come to. */
const HEAD_LIMIT_BYTES = 16 * 1024

env['UWS_HTTP_MAX_HEADERS_SIZE'] ??= String(HEAD_LIMIT_BYTES)
