import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MODEL, settle } from '../../lib/client/testing/fakes.ts'
import { openClient } from '../../lib/client/testing/open-client.ts'
import { clientNotices } from './client-notices.ts'

const FALLEN = 'Running on cpu since webgpu failed 3 times in a minute'

/** The tab's. */
beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  })
})
afterEach(() => void vi.unstubAllGlobals())

/** A client whose news are said. */
function listening({ tellsEngine = true } = {}) {
  const { world, client } = openClient({ autoRefine: false })
  const said: string[] = []
  client.store.subscribe(clientNotices({ say: (text) => void said.push(text), tellsEngine }))
  const ready = (detail?: string) =>
    world.socket.says({ type: 'status', engine: 'ready', ...(detail !== undefined && { detail }) })
  const reconnect = async () => {
    world.socket.drops()
    await settle()
    client.retry()
    await settle()
    world.socket.welcomes()
  }
  return { world, client, said, ready, reconnect }
}

describe('an engine that fell back to another provider', () => {
  it('is told of once, not again after a crash nor at each reconnect', async () => {
    const { world, said, ready, reconnect } = listening()
    world.socket.welcomes()
    ready(FALLEN)
    expect(said).toEqual([FALLEN])
    world.socket.says({ type: 'status', engine: 'degraded', detail: 'The engine process ended' })
    ready(FALLEN)
    for (let times = 0; times < 2; times++) {
      await reconnect()
      ready(FALLEN)
    }
    expect(world.sockets).toHaveLength(3)
    expect(said).toEqual([FALLEN])
  })

  it('is told of again once it was over, and a model on its way is not', () => {
    const { world, said, ready } = listening()
    world.socket.welcomes()
    ready(FALLEN)
    ready('Loading turbo')
    ready()
    ready(FALLEN)
    expect(said).toEqual([FALLEN, FALLEN])
  })
})

describe('the engine of a page', () => {
  const told = (options?: { tellsEngine: boolean }) => {
    const { world, said, ready } = listening(options)
    world.socket.welcomes()
    ready(FALLEN)
    return said
  }

  it('is told of once for all its drawings, and anew where the tab keeps nothing', () => {
    expect([told(), told()]).toEqual([[FALLEN], []])
    vi.stubGlobal('sessionStorage', undefined)
    expect(told()).toEqual([FALLEN])
  })

  it('is not told of to visitors of another page', () => {
    expect(told({ tellsEngine: false })).toEqual([])
  })
})

describe('errors', () => {
  it('are said, but for those that the page makes good itself', () => {
    const { world, said } = listening()
    world.socket.welcomes()
    const fail = (code: string, message: string) =>
      world.socket.says({ type: 'error', code, message } as Parameters<typeof world.socket.says>[0])
    fail('engine_crashed', 'The engine process ended while it worked on this frame; send it again')
    fail('draining', 'The server is stopping; reconnect in a moment.')
    fail('engine_timeout', 'The frame took too long')
    expect(said).toEqual(['The frame took too long'])
  })
})

it('another model is told of', () => {
  const { world, said } = listening()
  world.socket.welcomes()
  world.socket.says({ type: 'model', model: { ...MODEL, id: 'turbo', name: 'Turbo' } })
  expect(said).toEqual(['The model is Turbo now'])
})
