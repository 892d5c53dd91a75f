import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openClient } from '../../lib/client/testing/open-client.ts'
import type { BareFrameMessage } from '../../lib/embed/messages.ts'
import { PlainSurface } from '../canvas/plain/plain-surface.ts'
import type { Session } from '../session/session.ts'
import { tellUnkept } from './unkept-copy.ts'

let drawings = 0
const stops: (() => void)[] = []

// Without IndexedDB, as in a frame of a site that may keep nothing.
beforeEach(() => {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
})
afterEach(() => {
  stops.splice(0).forEach((stop) => stop())
  vi.unstubAllGlobals()
})

/** A canvas that is told of by `line`, and what was told. */
async function opened({ isOpen = true } = {}) {
  const said: BareFrameMessage[] = []
  const surface = new PlainSurface({ size: { width: 256, height: 256 }, start: 'blank' })
  const { client } = openClient()
  const session = { client, surface } as unknown as Session
  const stop = tellUnkept({ isOpen, post: (message) => void said.push(message) }, session)
  stops.push(
    stop,
    surface.open(`copied-${drawings++}`, () => undefined),
    () => client.dispose(),
  )
  await vi.waitFor(() => expect(surface.store.getState().ready).toBe(true))
  const told = () =>
    said.map((message) => (message.type === 'drawing' ? JSON.parse(message.drawing) : message.type))
  return { surface, client, told, stop }
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 800))

it('tells the page around of a drawing that is not kept, with its settings, once for many changes', async () => {
  const { surface, client, told } = await opened()
  for (let x = 0; x < 3; x++) {
    surface.penDown([x, 0, 0.5])
    surface.penUp()
  }
  client.setParams({ prompt: 'a boat' })
  await moment()
  expect(told()).toMatchObject([{ format: 'sketchwire', params: { prompt: 'a boat' } }])
  expect(told()[0].content.items).toHaveLength(3)
  client.setParams({ prompt: 'a ship' })
  await vi.waitFor(() => expect(told().at(-1)).toMatchObject({ params: { prompt: 'a ship' } }))
})

it('waits until the pen is up', async () => {
  const { surface, told } = await opened()
  await vi.waitFor(() => expect(told()).toHaveLength(1))
  surface.penDown([0, 0, 0.5])
  await moment()
  expect(told()).toHaveLength(1)
  surface.penUp()
  await vi.waitFor(() => expect(told().at(-1).content.items).toHaveLength(1))
})

it('says nothing while the browser keeps it, to nobody, and after the end', async () => {
  const kept = await opened()
  kept.surface.store.setState({ kept: true })
  const alone = await opened({ isOpen: false })
  const over = await opened()
  over.stop()
  for (const { surface } of [alone, over]) {
    surface.penDown([0, 0, 0.5])
    surface.penUp()
  }
  await moment()
  expect([kept, alone, over].map(({ told }) => told())).toEqual([[], [], []])
})
