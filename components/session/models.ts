// The models of this server, and the choice among them: which one runs is the server's, and everybody's.
import { useCallback, useEffect, useState } from 'react'
import * as v from 'valibot'
import { ModelListSchema, type ModelList } from '../../lib/protocol/models.ts'
import { keyHeaders } from './access.ts'
import { notify } from './notices.ts'
import { useClient } from './session-context.ts'
import { serverUrl } from './socket-url.ts'

export interface Models {
  readonly list: ModelList | undefined
  /** Id of the one on its way, whoever asked for it. */
  readonly loading: string | undefined
  choose(id: string): void
}

const ErrorSchema = v.object({ message: v.string() })

/** Asked again whenever the server says that something about its model has changed. */
export function useModels(): Models {
  const [list, setList] = useState<ModelList>()
  const [asked, setAsked] = useState<string>()
  const isLive = useClient((state) => state.status.name === 'live')
  const model = useClient((state) => state.model)
  const detail = useClient((state) => state.engine.detail)
  const read = useCallback(async () => setList((await readModels()) ?? undefined), [])

  useEffect(() => {
    if (!isLive) return
    let isStale = false
    void readModels().then((found) => !isStale && found && setList(found))
    return () => {
      isStale = true
    }
  }, [isLive, model, detail])

  const choose = (id: string) => {
    setAsked(id)
    void chooseModel(id).then(async (problem) => {
      if (problem !== undefined) notify(problem, 'problem')
      await read()
      setAsked(undefined)
    })
  }
  return { list, loading: asked ?? list?.loading, choose }
}

/** `undefined`: the server does not tell this page. Then there is nothing to choose here. */
async function readModels(): Promise<ModelList | undefined> {
  try {
    const reply = await fetch(serverUrl('/api/models'), { headers: keyHeaders() })
    const parsed = v.safeParse(ModelListSchema, reply.ok ? await reply.json() : undefined)
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

/** Resolves when the model paints, or with what went wrong. */
async function chooseModel(id: string): Promise<string | undefined> {
  const headers = { 'content-type': 'application/json', ...keyHeaders() }
  try {
    const body = JSON.stringify({ id })
    const reply = await fetch(serverUrl('/api/model'), { method: 'POST', headers, body })
    if (reply.ok) return undefined
    const parsed = v.safeParse(ErrorSchema, await reply.json())
    return parsed.success ? parsed.output.message : `The server answered ${reply.status}; try again`
  } catch {
    return 'The server could not be reached; the model stays as it is. Try again when the page is connected'
  }
}
