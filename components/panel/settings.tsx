'use client'
import { HARD_LIMITS } from '../../lib/protocol/param-limits.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import { useClient, useSession } from '../session/session-context.ts'
import { Slider } from '../ui/slider.tsx'
import { Switch } from '../ui/switch.tsx'
import { ModelField } from './model-field.tsx'
import { NegativeField } from './negative-field.tsx'
import { ResetButton } from './reset-button.tsx'
import { stepsRange, stepsWords, strengthRange } from './ranges.ts'
import { SeedField } from './seed-field.tsx'
import { SizeField } from './size-field.tsx'

/** How the picture is made. Ranges are the loaded model's, never ours. */
export function Settings({ canChooseModel = false }: { readonly canChooseModel?: boolean }) {
  const model = useClient((state) => state.model)
  const params = useClient((state) => state.params)
  return (
    <section aria-label="Settings" className="settings">
      {model && params ? (
        <Sliders canChooseModel={canChooseModel} model={model} params={params} />
      ) : (
        <SettingsPlaceholder />
      )}
      <Switches />
    </section>
  )
}

function SettingsPlaceholder() {
  return (
    <div aria-hidden="true" className="settings-grid settings-placeholder">
      {['a', 'b', 'c', 'd', 'e'].map((key) => (
        <span key={key} />
      ))}
    </div>
  )
}

interface SlidersProps {
  readonly model: ModelInfo
  readonly params: DrawParams
  readonly canChooseModel: boolean
}

function Sliders({ model, params, canChooseModel }: SlidersProps) {
  const { client } = useSession()
  const set = (patch: Partial<DrawParams>) => client.setParams(patch)
  return (
    <div className="settings-grid">
      <Slider
        ends={['Sketch', 'Imagination']}
        format={(value) => value.toFixed(2)}
        hint="How far the picture may go from the drawing"
        label="Strength"
        onChange={(strength) => set({ strength })}
        range={strengthRange(model, params)}
        step={0.01}
        value={params.strength}
      />
      <Slider
        ends={['Faster', 'Finer']}
        format={(steps) => stepsWords(model, { ...params, steps })}
        hint="Denoising steps of each picture"
        label="Steps"
        onChange={(steps) => set({ steps })}
        range={stepsRange(model, params)}
        step={1}
        value={params.steps}
      />
      <Slider
        ends={['Loose', 'Literal']}
        format={(value) => value.toFixed(1)}
        hint="How closely the picture follows the words"
        label="Guidance"
        onChange={(guidanceScale) => set({ guidanceScale })}
        range={model.limits.guidanceScale}
        step={0.1}
        value={params.guidanceScale}
      />
      <SeedField limits={HARD_LIMITS.seed} onChange={(seed) => set({ seed })} value={params.seed} />
      <SizeField
        height={params.height}
        onChange={({ width, height }) => set({ width, height })}
        sizes={model.sizes}
        width={params.width}
      />
      {canChooseModel ? <ModelField /> : null}
      {model.negativePrompt ? (
        <NegativeField
          counts={params.guidanceScale > 1}
          onChange={(negativePrompt) => set({ negativePrompt })}
          value={params.negativePrompt ?? ''}
        />
      ) : null}
    </div>
  )
}

function Switches() {
  const { client } = useSession()
  const autoRefine = useClient((state) => state.autoRefine)
  const background = useClient((state) => state.background)
  return (
    <div className="switches">
      <Switch
        hint="When the pen rests, one better pass at the next larger size"
        label="Refine at rest"
        on={autoRefine}
        onChange={(on) => client.setAutoRefine(on)}
      />
      <Switch
        hint="A hidden tab asks for nothing unless this is on"
        label="Render in background"
        on={background}
        onChange={(on) => client.setBackground(on)}
      />
      <ResetButton />
    </div>
  )
}
