import type { WireError } from '../../lib/protocol/errors.ts'

export type FetchedImage =
  { readonly ok: true; readonly image: Uint8Array } | { readonly ok: false; readonly error: WireError }

/** Gets the sketch that a request only names. */
export type FetchImage = (url: string, signal: AbortSignal) => Promise<FetchedImage>

/** Without an allow-list nothing is fetched: the server could be made to ask its own network. */
export const refuseToFetch: FetchImage = async (url) => ({
  ok: false,
  error: {
    code: 'invalid_params',
    message:
      'This server fetches no pictures; send the picture itself as a data URI, or start the server with SKETCHWIRE_FETCH_HOSTS',
    field: 'image',
    value: url.slice(0, 80),
  },
})
