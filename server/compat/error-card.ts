// A message as a picture, for clients whose page can show nothing else (sdxl-websocket). Drawn by hand: a translator
// has no fonts and waits for nothing. PNG, which browsers recognise by its bytes, whatever it is announced as.
import { deflateSync } from 'node:zlib'
import { writeChunks } from '../../lib/protocol/png-chunks.ts'

/** The 5x7 letters from space to tilde: five columns each, a byte per column, lowest bit on top. */
const LETTERS =
  '000000000000005f00000007000700147f147f14242a7f2a12231308646236495620500008070300001c22410000412' +
  '21c002a1c7f1c2a08083e080800807030000808080808000060600020100804023e5149453e00427f40007249494946' +
  '2141494d331814127f1027454545393c4a49493141211109073649494936464949291e0000140000004034000000081' +
  '422411414141414004122140802015909063e415d594e7c1211127c7f494949363e414141227f4141413e7f49494941' +
  '7f090909013e414151737f0808087f00417f41002040413f017f081422417f404040407f021c027f7f0408107f3e414' +
  '1413e7f090909063e4151215e7f09192946264949493203017f01033f4040403f1f2040201f3f4038403f6314081463' +
  '03047804036159494d43007f4141410204081020004141417f04020102044040404040000307080020545478407f284' +
  '444383844444428384444287f385454541800087e090218a4a49c787f0804047800447d40002040403d007f10284400' +
  '00417f40007c047804787c080404783844444438fc1824241818242418fc7c08040408485454542404043f44243c404' +
  '0207c1c2040201c3c4030403c44281028444c9090907c4464544c440008364100000077000000413608000201020402'

const SIDE = 512
const SCALE = 3
const MARGIN = 24
const COLUMNS = Math.floor((SIDE - 2 * MARGIN) / (6 * SCALE))
const ROWS = Math.floor((SIDE - 2 * MARGIN) / (10 * SCALE))
const PAPER = 0xff
const INK = 0x30

/** PNG bytes, 512x512 grey: the message in plain letters, cut off where the card is full. */
export function errorCard(message: string): Uint8Array {
  const grey = new Uint8Array(SIDE * SIDE).fill(PAPER)
  for (const [row, line] of wrap(message).slice(0, ROWS).entries())
    for (const [column, letter] of [...line].entries())
      drawLetter(grey, letter, { x: MARGIN + 6 * SCALE * column, y: MARGIN + 10 * SCALE * row })
  return toPng(grey)
}

function wrap(message: string): string[] {
  const lines: string[] = []
  for (const word of message.replace(/[^\x20-\x7e]+/g, ' ').split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= COLUMNS)
      lines[lines.length - 1] = `${line} ${word}`
    else
      for (let at = 0; at === 0 || at < word.length; at += COLUMNS) lines.push(word.slice(at, at + COLUMNS))
  }
  return lines
}

function drawLetter(grey: Uint8Array, letter: string, at: { x: number; y: number }): void {
  const first = 10 * (letter.charCodeAt(0) - 32)
  for (let dx = 0; dx < 5; dx++) {
    const column = Number.parseInt(LETTERS.slice(first + 2 * dx, first + 2 * dx + 2), 16)
    for (let dy = 0; dy < 8; dy++) {
      if ((column & (1 << dy)) === 0) continue
      for (let line = 0; line < SCALE; line++) {
        const start = (at.y + SCALE * dy + line) * SIDE + at.x + SCALE * dx
        grey.fill(INK, start, start + SCALE)
      }
    }
  }
}

function toPng(grey: Uint8Array): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, SIDE)
  view.setUint32(4, SIDE)
  // 8 bits of grey.
  header[8] = 8
  const rows = new Uint8Array(SIDE * (SIDE + 1))
  for (let y = 0; y < SIDE; y++) rows.set(grey.subarray(y * SIDE, (y + 1) * SIDE), y * (SIDE + 1) + 1)
  const data = new Uint8Array(deflateSync(rows))
  return writeChunks([
    { type: 'IHDR', data: header },
    { type: 'IDAT', data },
    { type: 'IEND', data: new Uint8Array() },
  ])
}
