import { useStore } from 'zustand'
import { estimateMs, planRuns, transportWords } from '../../lib/benchmark/plan.ts'
import { CONNECTIONS, RANGES, sizeName, stepsOf, TRANSPORTS } from '../../lib/benchmark/settings.ts'
import type { BenchSession } from './bench-session.ts'
import { ChoiceChips } from './choice-chips.tsx'
import { duration } from './format.ts'

const PREVIEWS = [
  { value: false, label: 'Without' },
  { value: true, label: 'With' },
]
const LENGTHS = [
  { key: 'seconds', label: 'Seconds a run' },
  { key: 'repeats', label: 'Repeats' },
  { key: 'shapes', label: 'Shapes on the page' },
] as const

/** What shall run, of everything that can be. */
export function SettingsForm({ bench }: { readonly bench: BenchSession }) {
  const { model, settings, phase, engine } = useStore(bench.store)
  if (!model || !settings)
    return (
      <p className="bench-quiet">
        {engine === 'closed'
          ? 'What can be measured is known once the server answers.'
          : 'Asking the server what its model can do…'}
      </p>
    )
  const disabled = phase === 'running'
  const plan = planRuns(settings)
  return (
    <form className="bench-form" onSubmit={(event) => event.preventDefault()}>
      <ChoiceChips
        chosen={settings.transports}
        disabled={disabled}
        label="Transport"
        onChange={(transports) => bench.choose({ transports })}
        options={TRANSPORTS.map((value) => ({ value, label: transportWords(value) }))}
      />
      <ChoiceChips
        chosen={settings.steps}
        disabled={disabled}
        label="Denoising steps"
        onChange={(steps) => bench.choose({ steps })}
        options={stepsOf(model).map((value) => ({ value, label: String(value) }))}
      />
      <ChoiceChips
        chosen={settings.sizes}
        disabled={disabled}
        label="Size"
        onChange={(sizes) => bench.choose({ sizes })}
        options={model.sizes.map((size) => ({
          value: sizeName(size),
          label: `${size.width}×${size.height}`,
        }))}
      />
      <ChoiceChips
        chosen={settings.connections}
        disabled={disabled}
        label="Parallel connections"
        onChange={(connections) => bench.choose({ connections })}
        options={CONNECTIONS.map((value) => ({ value, label: String(value) }))}
      />
      <ChoiceChips
        chosen={settings.previews}
        disabled={disabled}
        label="Step previews (sockets only)"
        onChange={(previews) => bench.choose({ previews })}
        options={PREVIEWS}
      />
      <div className="bench-lengths">
        {LENGTHS.map(({ key, label }) => (
          <NumberField
            disabled={disabled}
            key={key}
            label={label}
            onChange={(value) => bench.choose({ [key]: value })}
            range={RANGES[key]}
            value={settings[key]}
          />
        ))}
      </div>
      <p className="bench-quiet" data-testid="plan">
        {plan.length === 0
          ? 'REST has no step previews: choose a socket, or “Without”.'
          : `${plan.length} ${plan.length === 1 ? 'run' : 'runs'}, about ${duration(estimateMs(plan.length, settings.seconds))}`}
      </p>
    </form>
  )
}

interface NumberFieldProps {
  readonly label: string
  readonly value: number
  readonly range: readonly [number, number]
  readonly disabled: boolean
  readonly onChange: (value: number) => void
}

/** Takes a number only when it is whole and within the range; else the field says what is allowed. */
function NumberField({ label, value, range, disabled, onChange }: NumberFieldProps) {
  const [low, high] = range
  return (
    <label className="field">
      <span className="field-head">{label}</span>
      <span className="joined">
        <input
          defaultValue={value}
          disabled={disabled}
          max={high}
          min={low}
          onChange={(event) => {
            const next = event.target.valueAsNumber
            if (Number.isInteger(next) && next >= low && next <= high) onChange(next)
            event.target.reportValidity()
          }}
          required
          step={1}
          type="number"
        />
      </span>
    </label>
  )
}
