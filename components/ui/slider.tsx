import { useId, type CSSProperties } from 'react'

export interface SliderProps {
  readonly label: string
  readonly value: number
  readonly range: readonly [number, number]
  readonly step: number
  readonly format: (value: number) => string
  readonly onChange: (value: number) => void
  /** What either end means, in a word. */
  readonly ends?: readonly [string, string]
  readonly hint?: string
}

/** A labelled slider whose value is also a number one can read. */
export function Slider({ label, value, range, step, format, onChange, ends, hint }: SliderProps) {
  const id = useId()
  const [low, high] = range
  const part = high > low ? (value - low) / (high - low) : 0
  const style: CSSProperties & Record<'--part', string> = { '--part': String(Math.min(1, Math.max(0, part))) }
  return (
    <div className="field slider" title={hint}>
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
        {/* The slider itself says its value: twice would be once too often. */}
        <output aria-live="off" htmlFor={id}>
          {format(value)}
        </output>
      </div>
      <input
        aria-valuetext={format(value)}
        disabled={high <= low}
        id={id}
        max={high}
        min={low}
        onChange={(event) => onChange(event.target.valueAsNumber)}
        step={step}
        style={style}
        type="range"
        value={value}
      />
      {ends ? (
        <div aria-hidden="true" className="slider-ends">
          <span>{ends[0]}</span>
          <span>{ends[1]}</span>
        </div>
      ) : null}
    </div>
  )
}
