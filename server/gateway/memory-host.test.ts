import { expect, it } from 'vitest'
import { hostContract } from './host.contract.ts'
import type { ClientReader, ClientSocket } from './host.contract.ts'
import { MemoryClient, MemoryHost, MemoryReader } from './memory-host.ts'

function wrap(client: MemoryClient): ClientSocket {
  const inbox: (string | Uint8Array)[] = []
  const poll = async <T>(look: () => T | undefined): Promise<T> => {
    for (let turn = 0; turn < 100; turn++) {
      inbox.push(...client.flush())
      const found = look()
      if (found !== undefined) return found
      await new Promise((resolve) => setImmediate(resolve))
    }
    throw new Error('nothing came')
  }
  return {
    send: (data) => client.send(data),
    next: () => poll(() => inbox.shift()),
    get closed() {
      return poll(() => client.closeCode)
    },
    close: (code) => client.close(code),
  }
}

function wrapReader(reader: MemoryReader): ClientReader {
  return {
    status: reader.status,
    headers: { ...reader.headers },
    async next() {
      for (let turn = 0; turn < 100; turn++) {
        const text = reader.flush()
        if (text !== '') return text
        if (reader.isOver) return undefined
        await new Promise((resolve) => setImmediate(resolve))
      }
      throw new Error('nothing came')
    },
    leave: () => reader.leave(),
  }
}

hostContract('memory', {
  start: (app) => new MemoryHost(app),
  client: (host) => ({
    async request(request) {
      if (!(host instanceof MemoryHost)) throw new Error('not a memory host')
      const reply = await host.request(request)
      return { status: reply.status, headers: { ...reply.headers }, body: String(reply.body) }
    },
    async read(path) {
      if (!(host instanceof MemoryHost)) throw new Error('not a memory host')
      const reader = await host.open({ path })
      if (!(reader instanceof MemoryReader)) throw new Error('not a stream')
      // As a network does: some of it is taken before the reader reads.
      reader.stall(3)
      return wrapReader(reader)
    },
    async connect(path, headers = {}) {
      if (!(host instanceof MemoryHost)) throw new Error('not a memory host')
      const answer = await host.connect({ path, headers })
      return answer instanceof MemoryClient ? wrap(answer) : { refused: answer.status }
    },
  }),
})

it('buffers what a stalled reader does not take', async () => {
  let sent: string[] = []
  const host = new MemoryHost({
    sockets: [
      {
        path: '/',
        maxMessageBytes: 10,
        upgrade: () => (socket) => ({
          message: () => (sent = [socket.send('a'), socket.send('b')]),
          drain: () => (sent = ['drained']),
          closed: () => undefined,
        }),
      },
    ],
    receive: () => ({
      bodyLimitBytes: 0,
      cutOffBytes: 0,
      bodyTooLarge: () => ({ status: 413, headers: {}, body: '' }),
      respond: () => ({ status: 404, headers: {}, body: '' }),
    }),
  })
  void host.listen({ host: '', port: 0 })
  const client = await host.connect({ path: '/' })
  if (!(client instanceof MemoryClient)) throw new Error('refused')
  client.stall(1)
  client.send('go')
  expect(sent).toEqual(['sent', 'buffered'])
  expect(client.flush()).toEqual(['a', 'b'])
  expect(sent).toEqual(['drained'])
  host.stopListening()
})
