import { settingsOf } from '../session/known-settings.ts'
import { offerMine } from '../session/offer-mine.ts'
import { useClient, useSession } from '../session/session-context.ts'
import { defaultSettings, isDefault } from './model-defaults.ts'

/** Back to the settings that suit the model; those of before are offered. */
export function ResetButton() {
  const { client, seed } = useSession()
  const model = useClient((state) => state.model)
  const params = useClient((state) => state.params)
  if (!model || !params) return null
  const off = isDefault(params, model)
  const reset = () => {
    const mine = settingsOf(client.store.getState())
    client.setParams(defaultSettings(model))
    offerMine({ client, seed }, mine, "the model's")
  }
  return (
    <button
      aria-disabled={off || undefined}
      className="reset-button"
      onClick={off ? undefined : reset}
      title="Strength, steps, guidance and size as the model would have them"
      type="button"
    >
      Model&apos;s defaults
    </button>
  )
}
