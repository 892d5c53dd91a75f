import { useId } from 'react'
import type { Size } from '../../lib/std/size.ts'

interface SizeFieldProps extends Size {
  readonly sizes: readonly Size[]
  readonly onChange: (size: Size) => void
}

const nameOf = ({ width, height }: Size) => `${width} × ${height}`

function shapeOf({ width, height }: Size): string {
  if (width === height) return 'square'
  return width > height ? 'wide' : 'tall'
}

/** The sizes the model renders; a size from elsewhere (a file, the address) stays choosable. */
export function SizeField({ width, height, sizes, onChange }: SizeFieldProps) {
  const id = useId()
  const current = { width, height }
  const known = sizes.some((size) => nameOf(size) === nameOf(current))
  const all = known ? sizes : [current, ...sizes]
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>Size</label>
        <output aria-live="off">{shapeOf(current)}</output>
      </div>
      <select
        id={id}
        onChange={(event) => {
          const chosen = all.find((size) => nameOf(size) === event.target.value)
          if (chosen) onChange(chosen)
        }}
        value={nameOf(current)}
      >
        {all.map((size) => (
          <option key={nameOf(size)}>{nameOf(size)}</option>
        ))}
      </select>
    </div>
  )
}
