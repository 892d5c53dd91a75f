import { afterEach, describe, expect, it } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import { openClient } from '../../lib/client/testing/open-client.ts'
import { applyFitted } from './fit-params.ts'
import { settingsOf } from './known-settings.ts'
import { notices } from './notices.ts'
import { offerMine } from './offer-mine.ts'

afterEach(() => notices.setState({ list: [] }))

function settled({ locked = true } = {}) {
  const { client, world } = openClient({ autoRefine: false })
  world.socket.welcomes()
  const seed = createStore(() => ({ locked }))
  const brings = (params: Parameters<typeof applyFitted>[1]) => {
    const mine = settingsOf(client.store.getState())
    applyFitted(client, params)
    offerMine({ client, seed }, mine, "the pin's")
  }
  const texts = () => notices.getState().list.map(({ text }) => text)
  const takeBack = () => notices.getState().list[0]?.actions[0]?.run()
  return { client, brings, texts, takeBack, params: () => client.store.getState().params }
}

describe('settings that something brought along', () => {
  it('give way to those of before, all of them, for who wants these back', () => {
    const { client, brings, texts, takeBack, params } = settled()
    client.setParams({ prompt: 'my own long words', strength: 0.5 })
    const mine = params()
    brings({ ...MODEL.defaults, prompt: 'a boat', negativePrompt: 'blur', strength: 0.9, seed: 4 })
    expect(texts()).toEqual(["Words and settings are the pin's now"])
    takeBack()
    expect(params()).toEqual({ ...mine, negativePrompt: '' })
    expect(texts()).toEqual([])
  })

  it.each([
    [{ prompt: 'a boat' }, ["The words are the pin's now"]],
    [{ steps: 2 }, ["The settings are the pin's now"]],
    [{ seed: 9 }, ["The settings are the pin's now"]],
    [{}, []],
  ])('are told as what they changed: %j', (params, expected) => {
    const { brings, texts } = settled()
    brings(params)
    expect(texts()).toEqual(expected)
  })

  it('are nothing to speak of where only an unlocked seed is another', () => {
    const { brings, texts } = settled({ locked: false })
    brings({ seed: 9 })
    expect(texts()).toEqual([])
  })
})
