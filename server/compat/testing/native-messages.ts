// What a client of the native wire says to have a picture of "a cat".
import { encodeBinary } from '../../../lib/protocol/frame.ts'
import { ASKED, PNG, PNG_BASE64 } from '../dialect.contract.ts'

export const hello = JSON.stringify({ type: 'hello', protocol: 1 })
export const params = JSON.stringify({ type: 'params', rev: 3, params: ASKED })
export const binaryFrame = (patch: Partial<Parameters<typeof encodeBinary>[0]> = {}) =>
  encodeBinary({
    kind: 'frame',
    codec: 'png',
    seq: 9,
    paramsRev: 3,
    width: 1,
    height: 1,
    meta: {},
    image: PNG,
    ...patch,
  })
export const jsonFrame = (patch: object = {}) =>
  JSON.stringify({ type: 'frame', seq: 9, rev: 3, image: `data:image/png;base64,${PNG_BASE64}`, ...patch })
