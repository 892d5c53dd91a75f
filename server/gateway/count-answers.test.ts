import { expect, it } from 'vitest'
import { withAnswersCounted } from './count-answers.ts'
import { BODY_LIMIT, echoApp, NARROW } from './host.contract.ts'
import { MemoryHost } from './memory-host.ts'

it('hears of every answer by its status, and of sockets that open', async () => {
  const statuses: number[] = []
  const host = new MemoryHost(withAnswersCounted(echoApp(), (status) => statuses.push(status)))
  await host.listen({ host: '', port: 0 })
  const post = (path: string, bytes: number) =>
    host.request({ method: 'POST', path, body: new Uint8Array(bytes) })
  await post('/', 1)
  await post('/', BODY_LIMIT + 1)
  await post('/narrow', NARROW + 1)
  await host.connect({ path: '/echo' })
  await host.connect({ path: '/echo', headers: { 'x-deny': '1' } })
  await host.connect({ path: '/later/nobody' })
  await host.connect({ path: '/later/somebody' })
  expect(statuses).toEqual([200, 413, 429, 101, 403, 403, 101])
  await host[Symbol.asyncDispose]()
})
