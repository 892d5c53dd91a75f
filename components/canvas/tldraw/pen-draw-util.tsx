import {
  DrawShapeUtil,
  getDisplayValues,
  SVGContainer,
  type SvgExportContext,
  type TLDrawShape,
} from 'tldraw'
import { penStrokeOf } from './pen-stroke.ts'

/** The strokes of the page. Those of a pen are ours (pen-stroke.ts), on the screen and in the export alike. */
export class PenDrawUtil extends DrawShapeUtil {
  override component(shape: TLDrawShape) {
    const paths = this.#paths(shape)
    return paths ? <SVGContainer>{paths}</SVGContainer> : super.component(shape)
  }

  override toSvg(shape: TLDrawShape, context: SvgExportContext) {
    const paths = this.#paths(shape)
    // tldraw scales what it exports by the scale of the shape, which is in the paths already.
    return paths ? <g transform={`scale(${1 / shape.props.scale})`}>{paths}</g> : super.toSvg(shape, context)
  }

  #paths(shape: TLDrawShape) {
    const { strokeColor, strokeWidth, fillColor } = getDisplayValues(this, shape, 'light')
    const stroke = penStrokeOf(shape, (strokeWidth + 1) * shape.props.scale)
    return stroke ? (
      <>
        {stroke.inside === undefined ? null : <path d={stroke.inside} fill={fillColor} />}
        <path d={stroke.outline} fill={strokeColor} />
      </>
    ) : undefined
  }
}
