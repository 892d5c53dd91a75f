import type { MouseEvent } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { useHeardKey } from './page-keys.ts'

export interface IconButtonProps {
  readonly icon: IconName
  readonly label: string
  readonly onClick: (event: MouseEvent) => void
  /** Shown in the tooltip and told to assistive technology. */
  readonly shortcut?: string | undefined
  /** The same, of a key that the page listens to and no canvas: told only where the page does. */
  readonly pageKey?: string | undefined
  /** A toggle, and whether it is on. */
  readonly pressed?: boolean | undefined
  readonly disabled?: boolean | undefined
  readonly tip?: 'top' | 'bottom' | 'left' | 'right'
  readonly className?: string
}

export function IconButton(props: IconButtonProps) {
  const { icon, label, onClick, pressed, disabled, tip = 'bottom', className = '' } = props
  const shortcut = useHeardKey(props)
  return (
    <button
      aria-disabled={disabled || undefined}
      aria-keyshortcuts={shortcut}
      aria-label={label}
      aria-pressed={pressed}
      className={`icon-button ${className}`}
      data-tip={shortcut ? `${label}  ${shortcut}` : label}
      data-tip-side={tip}
      onClick={disabled ? undefined : onClick}
      type="button"
    >
      <Icon name={icon} />
    </button>
  )
}
