'use client'
import { useId, useRef } from 'react'
import type { InstalledModel } from '../../lib/protocol/models.ts'
import { useClient } from '../session/session-context.ts'
import { useModels } from '../session/models.ts'
import { Icon } from '../ui/icon.tsx'
import { modelFacts, offersChoice } from './model-words.ts'
import { placeAbove } from './place-above.ts'

/** Which of the installed models paints, for everybody on this server. Nothing where there is nothing to choose. */
export function ModelField() {
  const id = useId()
  const { list, loading, choose } = useModels()
  const provider = useClient((state) => state.model?.provider)
  const popover = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  if (!list || !offersChoice(list)) return null
  const titleOf = (wanted: string) => list.models.find((one) => one.id === wanted)?.title ?? wanted
  return (
    <div className="field model-field">
      <div className="field-head">
        <label htmlFor={id} id={`${id}-label`}>
          Model
        </label>
        <output aria-live="polite" data-loading={loading !== undefined}>
          {loading === undefined ? `on ${provider ?? 'this server'}` : `loading ${titleOf(loading)}`}
        </output>
      </div>
      <button
        aria-haspopup="dialog"
        aria-labelledby={`${id}-label ${id}`}
        className="drop"
        id={id}
        popoverTarget={`${id}-list`}
        ref={button}
        type="button"
      >
        <span className="drop-text">{titleOf(list.active)}</span>
      </button>
      <div
        aria-label="Models of this server"
        className="menu model-menu"
        id={`${id}-list`}
        onBeforeToggle={(event) => {
          if (event.newState === 'open' && popover.current && button.current)
            placeAbove(popover.current, button.current)
        }}
        popover="auto"
        ref={popover}
        role="dialog"
      >
        <p className="menu-title">Shared by everyone on this server</p>
        {list.models.map((model) => (
          <ModelRow
            isBusy={loading !== undefined}
            isLoading={model.id === loading}
            key={model.id}
            model={model}
            onChoose={() => {
              popover.current?.hidePopover()
              if (!model.active) choose(model.id)
            }}
          />
        ))}
      </div>
    </div>
  )
}

interface ModelRowProps {
  readonly model: InstalledModel
  readonly isLoading: boolean
  readonly isBusy: boolean
  readonly onChoose: () => void
}

function ModelRow({ model, isLoading, isBusy, onChoose }: ModelRowProps) {
  const off = model.problem !== undefined || isBusy
  return (
    <button
      aria-disabled={off || undefined}
      aria-pressed={model.active}
      className="model-row"
      onClick={off ? undefined : onChoose}
      title={model.problem}
      type="button"
    >
      <span className="model-mark">{model.active ? <Icon name="check" size={16} /> : null}</span>
      <span className="model-words">
        <span className="model-title">{model.title}</span>
        <span className="model-facts" data-problem={model.problem !== undefined}>
          {isLoading ? 'Loading. The current model keeps painting until it is ready' : modelFacts(model)}
        </span>
      </span>
    </button>
  )
}
