import { expect, it } from 'vitest'
import { AppError } from '../../../lib/std/errors.ts'
import { FAKE_MODEL } from '../../engine/fake-engine.ts'
import type { Models } from '../../models/models.ts'
import { settle } from '../../session/testing/harness.ts'
import { CheckpointTurns } from './a1111-models.ts'

/** Models `old` and `new`, of which `old` is loaded again when and how the test says. */
function world(failure?: Error) {
  let active = 'old'
  let isBack = () => {}
  const back = new Promise<void>((resolve) => (isBack = resolve))
  const entry = (id: string) => ({ id, title: id, license: '', bytes: 0, sizes: [], active: id === active })
  const models: Models = {
    list: async () => ({ active, models: [entry('old'), entry('new')] }),
    get active() {
      return active
    },
    loading: undefined,
    use: async (id) => {
      if (id === 'old') {
        await back
        if (failure) throw failure
      }
      active = id
      return FAKE_MODEL
    },
  }
  const failures: unknown[] = []
  const turns = new CheckpointTurns({ models, onFailure: (_where, error) => failures.push(error) })
  const turn = {
    identity: { via: 'key' },
    isWanted: () => true,
    paint: async () => `painted on ${active}`,
  } as const
  const override = { checkpoint: 'new', restores: true }
  return { turns, turn, override, failures, isBack, active: () => active }
}

it('a picture is answered when it is painted; who comes next waits for the model of before', async () => {
  const { turns, turn, override, isBack, active } = world()
  expect(await turns.take(override, turn)).toBe('painted on new')
  await settle()
  expect([active(), turns.isRestoring]).toEqual(['new', true])
  const after: unknown[] = []
  const others = [turns.take(undefined, turn), turns.take(override, turn)]
  for (const other of others) void other.then((answer) => after.push(answer))
  await settle()
  expect(after).toEqual([])
  isBack()
  await Promise.all(others)
  await settle()
  expect(after).toEqual(['painted on old', 'painted on new'])
  expect([active(), turns.isRestoring]).toEqual(['old', false])
})

it('a model of before that cannot be had again is told of, and neither the picture nor the next turn fails', async () => {
  const failure = new AppError('model_unusable', 'old is broken')
  const { turns, turn, override, failures, isBack } = world(failure)
  isBack()
  expect(await turns.take(override, turn)).toBe('painted on new')
  expect(await turns.take(override, turn)).toBe('painted on new')
  expect([failures, turns.isRestoring]).toEqual([[failure], false])
})

it('one whose picture failed puts the model of before back, too', async () => {
  const { turns, turn, override, isBack, active } = world()
  isBack()
  const paint = () => Promise.reject(new Error('no picture'))
  await expect(turns.take(override, { ...turn, paint })).rejects.toThrow('no picture')
  await settle()
  expect(active()).toBe('old')
})
