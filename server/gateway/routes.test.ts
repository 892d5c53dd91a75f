import { expect, it } from 'vitest'
import { createFakeEngine, FAKE_MODEL } from '../engine/fake-engine.ts'
import { onlyModel } from '../models/models.ts'
import { harness } from '../session/testing/harness.ts'
import { Authenticator } from '../auth/authenticator.ts'
import { refuseToFetch } from './fetch-image.ts'
import { FetchTurns } from './fetch-turns.ts'
import { Routes } from './routes.ts'
import { ALL_ROUTES } from './routes/all.ts'
import { StaticFiles } from './static-files.ts'
import { noWebhooks } from './testing/no-webhooks.ts'

it('E2 answers a bug of ours without its words, and reports it', async () => {
  const { registry, clock } = harness()
  const files = new StaticFiles('no-such-folder')
  files.respond = () => Promise.reject(new Error('/home/me/out is gone'))
  const bugs: unknown[] = []
  const routes = new Routes({
    registry,
    clock,
    modules: ALL_ROUTES,
    auth: new Authenticator({ keys: [], tokenSecret: undefined, clock, epochMs: () => clock.now() }),
    fetches: new FetchTurns(refuseToFetch),
    webhooks: noWebhooks(clock),
    files,
    engine: createFakeEngine(),
    models: onlyModel(createFakeEngine()),
    model: FAKE_MODEL,
    origins: { allowed: [], loopbackOnly: true },
    mayWatchAll: () => false,
    onSocket: () => undefined,
    onBug: (_where, error) => bugs.push(error),
  })
  const head = { method: 'GET', path: '/', query: '', headers: {}, remoteAddress: '127.0.0.1' }
  const signal = new AbortController().signal
  const reply = await routes.receive(head).respond({ body: new Uint8Array(0), signal })
  expect(reply.status).toBe(500)
  expect('body' in reply && reply.body).not.toContain('/home')
  expect(bugs).toEqual([expect.objectContaining({ message: '/home/me/out is gone' })])
})
