import { encodeImage } from '../engine/codec.ts'

/** tldraw's palette: what people really draw with. */
const PALETTE = [
  [68, 101, 233],
  [241, 172, 75],
  [9, 146, 104],
  [224, 49, 49],
  [29, 29, 29],
] as const
const POINTS_PER_STROKE = 12

interface Paper {
  readonly rgb: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * A scripted drawing, the same every time: frame `i` is a sea under a sky with `i` pen points on it, as JPEG bytes.
 * @param count frames to make; each differs from the one before by one dab of the pen.
 */
export async function scriptedDrawing(count: number, width: number, height: number): Promise<Uint8Array[]> {
  const paper = { rgb: new Uint8Array(width * height * 3).fill(255), width, height }
  fillRows(paper, 0, 0.55, [155, 196, 253])
  fillRows(paper, 0.55, 1, PALETTE[0])
  const frames: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    dab(paper, i)
    frames.push(await encodeImage(paper, { codec: 'jpeg', quality: 80 }))
  }
  return frames
}

function fillRows(paper: Paper, from: number, to: number, colour: readonly [number, number, number]): void {
  const first = Math.floor(from * paper.height)
  const last = Math.floor(to * paper.height)
  for (let i = first * paper.width; i < last * paper.width; i++) paper.rgb.set(colour, i * 3)
}

function dab(paper: Paper, index: number): void {
  const stroke = Math.floor(index / POINTS_PER_STROKE)
  const along = (index % POINTS_PER_STROKE) / POINTS_PER_STROKE
  const colour = PALETTE[(stroke + 1) % PALETTE.length] ?? PALETTE[0]
  const centreX = paper.width * (0.1 + 0.8 * along)
  const centreY = paper.height * (0.3 + 0.15 * Math.sin(stroke * 2.3 + along * 6) + 0.08 * (stroke % 5))
  const radius = Math.max(3, paper.width / 40)
  for (let y = Math.floor(centreY - radius); y <= centreY + radius; y++) {
    for (let x = Math.floor(centreX - radius); x <= centreX + radius; x++) {
      const inside = (x - centreX) ** 2 + (y - centreY) ** 2 <= radius ** 2
      if (inside && x >= 0 && y >= 0 && x < paper.width && y < paper.height) {
        paper.rgb.set(colour, (y * paper.width + x) * 3)
      }
    }
  }
}
