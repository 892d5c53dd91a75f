import { useEffect, useRef } from 'react'
import './known-language.ts'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export type { AlignedData, Options } from 'uplot'

/** Colours of the page as the canvas wants them: resolved, in the theme of the moment. */
export interface ChartColours {
  readonly ink: string
  readonly soft: string
  readonly line: string
  readonly surface: string
  /** Any colour of the page by the name of its custom property. */
  of(name: string): string
}

export interface ChartProps {
  /** What the chart shows, in a sentence; the numbers are in the table beside it. */
  readonly label: string
  readonly data: uPlot.AlignedData
  readonly height: number
  /** Equal key: only the data changed. */
  readonly optionsKey: string
  readonly options: (colours: ChartColours) => Omit<uPlot.Options, 'width' | 'height'>
}

/** A uPlot chart as wide as its place, in the colours of the page, drawn again when the theme changes. */
export function Chart({ label, data, height, optionsKey, options }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef({ data, options })
  useEffect(() => {
    latest.current = { data, options }
    plot.current?.setData(data)
  }, [data, options])
  useEffect(() => {
    const element = place.current
    if (!element) return
    const draw = () => {
      plot.current?.destroy()
      const shown = latest.current.options(coloursAt(element))
      plot.current = new uPlot({ ...shown, width: element.clientWidth, height }, latest.current.data, element)
    }
    draw()
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }))
    resize.observe(element)
    const stop = onTheme(draw)
    return () => {
      stop()
      resize.disconnect()
      plot.current?.destroy()
      plot.current = null
    }
  }, [height, optionsKey])
  return <div aria-label={label} className="chart" ref={place} role="img" style={{ height }} />
}

function coloursAt(element: HTMLElement): ChartColours {
  const probe = document.createElement('i')
  element.append(probe)
  const of = (name: string) => {
    probe.style.color = `var(${name})`
    return getComputedStyle(probe).color
  }
  const names = ['--ink', '--ink-soft', '--line', '--surface'] as const
  const [ink = '', soft = '', line = '', surface = ''] = names.map(of)
  const known = new Map<string, string>()
  for (const name of CHART_COLOURS) known.set(name, of(name))
  probe.remove()
  return { ink, soft, line, surface, of: (name) => known.get(name) ?? ink }
}

/** Custom properties that charts draw with (app/styles/benchmark.css). */
const CHART_COLOURS = [
  ...['--chart-rest', '--chart-json', '--chart-binary', '--chart-reference'],
  ...Array.from({ length: 8 }, (_, i) => `--stage-${i}`),
]

function onTheme(draw: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', draw)
  const attribute = new MutationObserver(draw)
  attribute.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => {
    dark.removeEventListener('change', draw)
    attribute.disconnect()
  }
}

/** Bars of the share of a column's width, at most so many pixels wide. */
export const barPaths = (share: number, mostPx: number) => uPlot.paths.bars?.({ size: [share, mostPx] })

export interface Mark {
  readonly label: string
  /** One value, or the two ends of a band, on the y axis. */
  readonly values: readonly number[]
}

const FONT = '500 11px Plex, system-ui, sans-serif'
export const AXIS_FONT = FONT
const LABEL_ROOM_PX = 14

/** Draws labelled reference lines behind nothing else: dashes and words, never a series of ours. */
export function referenceLines(marks: readonly Mark[], colours: ChartColours): uPlot.Hooks.Arrays {
  return { draw: [(plot) => drawMarks(plot, marks, colours)] }
}

function drawMarks(plot: uPlot, marks: readonly Mark[], colours: ChartColours): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.strokeStyle = colours.of('--chart-reference')
  ctx.fillStyle = colours.of('--chart-reference')
  ctx.lineWidth = ratio
  ctx.setLineDash([5 * ratio, 4 * ratio])
  ctx.font = FONT.replace('11px', `${11 * ratio}px`)
  ctx.textAlign = 'right'
  ctx.textBaseline = 'alphabetic'
  let freeBelow = Infinity
  const placed = marks
    .map((mark) => ({ mark, ys: mark.values.map((value) => plot.valToPos(value, 'y', true)) }))
    .filter(({ ys }) => ys.every((y) => y >= bbox.top && y <= bbox.top + bbox.height))
    .sort((a, b) => Math.max(...b.ys) - Math.max(...a.ys))
  for (const { ys } of placed) drawLines(plot, ys)
  for (const { mark, ys } of placed) {
    const top = Math.min(...ys)
    const textY = Math.min(top - 4 * ratio, freeBelow)
    freeBelow = textY - LABEL_ROOM_PX * ratio
    clearUnder(plot, { words: mark.label, textY, colour: colours.surface })
    ctx.fillText(mark.label, bbox.left + bbox.width - 4 * ratio, textY, bbox.width - 8 * ratio)
  }
  ctx.restore()
}

/** Words over dashes of a neighbour would be hard to read. */
function clearUnder(
  { ctx, bbox }: uPlot,
  { words, textY, colour }: { words: string; textY: number; colour: string },
): void {
  const ratio = devicePixelRatio
  const width = Math.min(ctx.measureText(words).width, bbox.width) + 8 * ratio
  const ink = ctx.fillStyle
  ctx.fillStyle = colour
  ctx.fillRect(bbox.left + bbox.width - width, textY - 10 * ratio, width, 13 * ratio)
  ctx.fillStyle = ink
}

function drawLines({ ctx, bbox }: uPlot, ys: readonly number[]): void {
  const [low, high] = ys
  for (const y of ys) {
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  if (low === undefined || high === undefined) return
  ctx.globalAlpha = 0.1
  ctx.fillRect(bbox.left, Math.min(low, high), bbox.width, Math.abs(high - low))
  ctx.globalAlpha = 1
}
