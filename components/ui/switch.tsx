export interface SwitchProps {
  readonly label: string
  readonly on: boolean
  readonly onChange: (on: boolean) => void
  readonly hint?: string
}

export function Switch({ label, on, onChange, hint }: SwitchProps) {
  return (
    <label className="switch" title={hint}>
      {/* Where there is little room the words beside it are not shown, and are no name then. */}
      <input
        aria-label={label}
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
        role="switch"
        type="checkbox"
      />
      <span aria-hidden="true" className="switch-track" />
      <span className="switch-label">{label}</span>
    </label>
  )
}
