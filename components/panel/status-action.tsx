import { askForKey } from '../shell/key-dialog.tsx'
import { useClient, useSession } from '../session/session-context.ts'

/** What a person can do about the connection, next to the words that say what is the matter. */
export function StatusAction() {
  const { client } = useSession()
  const name = useClient((state) => state.status.name)
  switch (name) {
    case 'reload':
      return <Action label="Reload" onClick={() => window.location.reload()} />
    case 'waiting':
      return <Action label="Try now" onClick={() => client.retry()} />
    case 'locked':
      return <Action label="Enter it" onClick={askForKey} />
    default:
      return null
  }
}

function Action({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <button className="text-button" onClick={onClick} type="button">
      {label}
    </button>
  )
}
