import { expect, it } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { openClient } from '../../lib/client/testing/open-client.ts'
import type { BareFrameMessage } from '../../lib/embed/messages.ts'
import type { Session } from '../session/session.ts'
import { createEmbedStore } from './embed-state.ts'
import { bridge, type Line } from './frame-bridge.ts'

/** A session whose browser may refuse to keep the drawing, and what the page around is told of it. */
function opened() {
  const said: BareFrameMessage[] = []
  const line: Line = {
    isOpen: true,
    post: (message) => void said.push(message),
    key: () => Promise.resolve(undefined),
    serve: () => undefined,
    close: () => undefined,
  }
  const { client } = openClient()
  const store = createStore(() => ({ ready: true, kept: true }))
  const session = { client, surface: { store } } as unknown as Session
  const stop = bridge(line, session, createEmbedStore(''))
  const kept = () => said.flatMap((message) => (message.type === 'status' ? [message.detail.kept] : []))
  return { store, kept, stop }
}

it('tells the page around when the browser stops keeping the drawing, and when it keeps it again', () => {
  const { store, kept, stop } = opened()
  expect(kept()).toEqual([true])
  store.setState({ kept: false })
  store.setState({ ready: false })
  store.setState({ kept: true })
  expect(kept()).toEqual([true, false, true])
  stop()
  store.setState({ kept: false })
  expect(kept()).toHaveLength(3)
})
