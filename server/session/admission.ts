import { fullBucket, spend } from '../../lib/flow/token-bucket.ts'
import type { TokenBucket, TokenBucketRule } from '../../lib/flow/token-bucket.ts'
import { asPainted } from '../../lib/protocol/as-painted.ts'
import type { EngineStateName } from '../../lib/protocol/control.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { sniffCodec } from '../../lib/protocol/image-bytes.ts'
import { checkParams, type ModelLimits } from '../../lib/protocol/param-limits.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { STOPPING } from './refusals.ts'

export interface AdmissionRequest {
  readonly rev: number
  /** Parameters the frame's revision stands for; an error when that revision was refused, `undefined` if never seen. */
  readonly params: DrawParams | WireError | undefined
  readonly image: Uint8Array | undefined
  /** What the pictures of one request share. */
  readonly batch?: number
}

export interface AdmissionLimits {
  readonly model: ModelLimits
  readonly maxImageBytes: number
  /** Requests one session may send, each for one frame or several: generous, against runaways rather than against drawing. */
  readonly rate: TokenBucketRule
}

/** What a session may still send, and for which request of several pictures it has paid. */
export interface Allowance extends TokenBucket {
  readonly paidBatch?: number
}

/** Of a session whose line turns away what it has no place for: that is limit enough. */
export const ANY_RATE: TokenBucketRule = { capacity: Infinity, perSecond: 0 }

export interface AdmissionLoad {
  readonly draining: boolean
  readonly engine: EngineStateName
  readonly bucket: Allowance
  readonly nowMs: number
}

export type Admission =
  | { readonly admitted: true; readonly params: DrawParams; readonly bucket: Allowance }
  | { readonly admitted: false; readonly error: WireError; readonly bucket: Allowance }

export function firstBucket(limits: Pick<AdmissionLimits, 'rate'>, nowMs: number): Allowance {
  return fullBucket(limits.rate, nowMs)
}

export function isWireError(value: DrawParams | WireError): value is WireError {
  return 'code' in value
}

/** Lets a frame in or says why not. A refusal is a value, not an exception; the same input gives the same answer. */
export function admit(request: AdmissionRequest, limits: AdmissionLimits, load: AdmissionLoad): Admission {
  const rate = pay(request, limits, load)
  const { bucket } = rate
  const refuse = (error: WireError): Admission => ({ admitted: false, error, bucket })
  if (load.draining) return refuse(STOPPING)
  if (load.engine === 'closed')
    return refuse({ code: 'engine_crashed', message: 'The engine has stopped; restart the server.' })
  if (!rate.ok) {
    const message = `More than ${limits.rate.perSecond} frames a second; send fewer`
    return refuse({ code: 'rate_limited', message, retryAfterMs: rate.retryAfterMs })
  }
  const { params } = request
  if (params === undefined) {
    const message = `No parameters with revision ${request.rev}; send params first`
    return refuse({ code: 'unknown_params_rev', message, field: 'rev', value: request.rev })
  }
  if (isWireError(params)) return refuse(params)
  const painted = asPainted(params, limits.model, request.image !== undefined)
  const error = checkImage(request.image, limits) ?? checkParams(...painted)
  return error ? refuse(error) : { admitted: true, params, bucket }
}

/** One token a request, however many pictures it asks for. */
function pay({ batch }: AdmissionRequest, { rate }: AdmissionLimits, { bucket, nowMs }: AdmissionLoad) {
  if (batch !== undefined && batch === bucket.paidBatch) return { ok: true as const, bucket }
  const spent = spend(rate, bucket, nowMs)
  return spent.ok && batch !== undefined ? { ...spent, bucket: { ...spent.bucket, paidBatch: batch } } : spent
}

function checkImage(image: Uint8Array | undefined, limits: AdmissionLimits): WireError | undefined {
  if (image === undefined) return undefined
  if (image.length > limits.maxImageBytes) {
    const range = `0..${limits.maxImageBytes} bytes`
    const message = `The image has ${image.length} bytes; send at most ${limits.maxImageBytes}`
    return { code: 'image_too_large', message, field: 'image', value: image.length, range }
  }
  if (sniffCodec(image) !== undefined) return undefined
  const message = 'The image is not JPEG, PNG or WebP by its first bytes; send one of those'
  return {
    code: 'unsupported_image',
    message,
    field: 'image',
    value: hexHead(image),
    range: 'jpeg, png, webp',
  }
}

function hexHead(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
