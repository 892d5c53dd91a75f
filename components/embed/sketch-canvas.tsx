'use client'
import {
  createElement,
  forwardRef,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
  type CSSProperties,
  type ForwardedRef,
} from 'react'
import { FIRM_ATTRIBUTES, LIVE_ATTRIBUTES } from '../../lib/embed/attributes.ts'
import type { SketchwireCanvas, TokenSource } from '../../lib/embed/element.ts'
import type { ErrorDetail } from '../../lib/embed/element-base.ts'
import type { FrameDetail, ReadyDetail, StatusDetail } from '../../lib/embed/messages.ts'
import type { EmbedControls, EmbedSurface, EmbedTheme, EmbedView } from '../../lib/embed/options.ts'

export type { SketchwireCanvas, TokenSource } from '../../lib/embed/element.ts'
export type { ErrorDetail } from '../../lib/embed/element-base.ts'
export type { FrameDetail, ReadyDetail, StatusDetail } from '../../lib/embed/messages.ts'
export type { EmbedControls, EmbedSurface, EmbedTheme, EmbedView } from '../../lib/embed/options.ts'

export interface SketchCanvasProps {
  /** Origin of the server, such as `https://draw.example.org`. */
  readonly server: string
  readonly prompt?: string | undefined
  readonly model?: string | undefined
  readonly strength?: number | undefined
  readonly steps?: number | undefined
  readonly seed?: number | undefined
  readonly view?: EmbedView | undefined
  readonly controls?: EmbedControls | undefined
  readonly theme?: EmbedTheme | undefined
  readonly readonly?: boolean | undefined
  readonly transparent?: boolean | undefined
  readonly surface?: EmbedSurface | undefined
  readonly drawing?: string | undefined
  readonly token?: string | undefined
  /** Asked for a key whenever the server wants one. */
  readonly getToken?: TokenSource | undefined
  readonly onReady?: ((detail: ReadyDetail) => void) | undefined
  readonly onFrame?: ((detail: FrameDetail) => void) | undefined
  readonly onStatus?: ((detail: StatusDetail) => void) | undefined
  readonly onError?: ((detail: ErrorDetail) => void) | undefined
  readonly className?: string | undefined
  readonly style?: CSSProperties | undefined
}

const EVENTS = { ready: 'onReady', frame: 'onFrame', status: 'onStatus', error: 'onError' } as const

/**
 * `<sketchwire-canvas>` as a React component: the same props, the same events. `ref` gives the element with its methods
 * (setPrompt, clear, loadDrawing, exportImage, exportDrawing), once it has them. React 18 hands it to a component in this
 * way alone.
 */
export const SketchCanvas = forwardRef(function SketchCanvas(
  props: SketchCanvasProps,
  ref: ForwardedRef<SketchwireCanvas>,
) {
  const [canvas, setCanvas] = useState<SketchwireCanvas | null>(null)
  const [isDefined, setDefined] = useState(false)
  const latest = useRef(props)
  useEffect(() => {
    latest.current = props
  })
  useImperativeHandle<SketchwireCanvas | null, SketchwireCanvas | null>(
    ref,
    () => (isDefined ? canvas : null),
    [canvas, isDefined],
  )

  const { token } = props
  // Set anew with the token, because a canvas that was refused asks then.
  useEffect(() => {
    if (!canvas) return
    Object.assign(canvas, {
      getToken: async () => (await latest.current.getToken?.()) ?? latest.current.token,
    })
  }, [canvas, token])

  useEffect(() => {
    if (!canvas) return
    const stops = Object.entries(EVENTS).map(([type, prop]) => {
      const listener = (event: Event) => {
        if (event instanceof CustomEvent) latest.current[prop]?.(event.detail)
      }
      canvas.addEventListener(type, listener)
      return () => canvas.removeEventListener(type, listener)
    })
    // The page shows before the element's code is there.
    void import('../../lib/embed/index.ts').then(({ defineSketchwireCanvas }) => {
      defineSketchwireCanvas()
      setDefined(true)
    })
    return () => stops.forEach((stop) => stop())
  }, [canvas])

  const { className, style } = props
  return createElement('sketchwire-canvas', {
    ...attributesOf(props),
    class: className,
    style,
    ref: setCanvas,
  })
})

function attributesOf(props: SketchCanvasProps): Record<string, string> {
  return Object.fromEntries(
    [...LIVE_ATTRIBUTES, ...FIRM_ATTRIBUTES].flatMap((name) => {
      const value = props[name]
      return value === undefined || value === false ? [] : [[name, value === true ? '' : String(value)]]
    }),
  )
}
