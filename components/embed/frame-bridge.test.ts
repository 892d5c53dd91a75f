import { expect, it } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { settle } from '../../lib/client/testing/fakes.ts'
import { openClient } from '../../lib/client/testing/open-client.ts'
import type { BareFrameMessage } from '../../lib/embed/messages.ts'
import { EMBED_VERSION } from '../../lib/protocol/version.ts'
import type { Session } from '../session/session.ts'
import { createEmbedStore } from './embed-state.ts'
import { bridge, type Line } from './frame-bridge.ts'

type Asked = Parameters<Parameters<Line['serve']>[0]>[0]

/** A session whose browser may refuse to keep the drawing, and what the page around is told of it. */
function opened() {
  const said: BareFrameMessage[] = []
  let ask: (message: Asked) => void = () => undefined
  const line: Line = {
    isOpen: true,
    post: (message) => void said.push(message),
    key: () => Promise.resolve(undefined),
    serve: (handle) => (ask = handle),
    close: () => undefined,
  }
  const { client, world } = openClient()
  const rest = {
    isResting: false,
    touches: 0,
    touched() {
      rest.touches += 1
    },
  }
  const store = createStore(() => ({ ready: true, kept: true }))
  const surface = { store, clear: () => undefined, content: async () => ({ plain: 1, items: [] }) }
  const shown = { store: createStore(() => ({ current: true })) }
  const session = { client, rest, surface, shown, changed: () => undefined } as unknown as Session
  const stop = bridge(line, session, createEmbedStore({ search: '', hash: '' }))
  const kept = () => said.flatMap((message) => (message.type === 'status' ? [message.detail.kept] : []))
  const errors = () => said.flatMap((message) => (message.type === 'error' ? [message.detail.code] : []))
  return { store, kept, errors, stop, rest, world, ask: (message: Asked) => ask(message) }
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

it('tells the page around of a connection that was lost, and of none that was given back', async () => {
  const { errors, rest, world, stop } = opened()
  await settle()
  world.socket.drops()
  await settle()
  expect(errors()).toEqual(['connection_lost'])
  await world.advance(2000)
  rest.isResting = true
  world.socket.drops(1000, 'This page rests while nobody looks at it.')
  await settle()
  expect(errors()).toEqual(['connection_lost'])
  stop()
})

it('counts what a program draws and sets as use of the page, and what it only reads as none', () => {
  const { ask, rest, stop } = opened()
  const ours = { sketchwire: EMBED_VERSION } as const
  ask({ ...ours, type: 'setPrompt', id: 1, prompt: 'a house' })
  ask({ ...ours, type: 'set', options: { strength: '0.5' } })
  ask({ ...ours, type: 'clear', id: 2 })
  expect(rest.touches).toBe(3)
  ask({ ...ours, type: 'exportDrawing', id: 3 })
  ask({ ...ours, type: 'exportImage', id: 4, format: 'image/png' })
  expect(rest.touches).toBe(3)
  stop()
})
