'use client'
import { useId, useRef } from 'react'
import type { InstalledModel } from '../../lib/protocol/models.ts'
import { lastingWords } from '../session/client-notices.ts'
import { useClient } from '../session/session-context.ts'
import { useModels } from '../session/models.ts'
import { Icon } from '../ui/icon.tsx'
import { modelFacts, offersChoice } from './model-words.ts'
import { placeAbove } from './place-above.ts'

/**
 * Which of the installed models paints, for everybody on this server. Where there is nothing to choose it says what the
 * engine has to say of itself, or is nothing.
 */
export function ModelField() {
  const id = useId()
  const { list, loading, choose } = useModels()
  const provider = useClient((state) => state.model?.provider)
  const lasting = useClient((state) => lastingWords(state.engine))
  const popover = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  if (!list || !offersChoice(list)) return lasting === undefined ? null : <OnlyModel lasting={lasting} />
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
            lasting={model.active ? lasting : undefined}
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

/** One line on a desk, where the dock has no room for more: the notice has said all of it. */
function OnlyModel({ lasting }: { readonly lasting: string }) {
  const name = useClient((state) => state.model?.name)
  return (
    <div className="field model-field">
      <div className="field-head">
        <span>Model</span>
        <output>{name}</output>
      </div>
      <span className="model-facts" title={lasting}>
        {lasting}
      </span>
    </div>
  )
}

interface ModelRowProps {
  readonly model: InstalledModel
  /** What the engine that it runs in has to say of itself. */
  readonly lasting: string | undefined
  readonly isLoading: boolean
  readonly isBusy: boolean
  readonly onChoose: () => void
}

function ModelRow({ model, lasting, isLoading, isBusy, onChoose }: ModelRowProps) {
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
        {lasting === undefined ? null : <span className="model-facts">{lasting}</span>}
      </span>
    </button>
  )
}
