import { describe, expect, it } from 'vitest'
import { transact } from './indexed-db.ts'

/** A transaction whose one request has succeeded already, and that ends as the test says. */
function begun() {
  const transaction: Parameters<typeof transact>[0] = {
    error: null,
    oncomplete: null,
    onabort: null,
  }
  let outcome = 'open'
  const written = transact(transaction, () => [{ result: 'key' }])
  const settled = written.then(
    ([result]) => (outcome = `kept ${String(result)}`),
    (error: unknown) => (outcome = error instanceof Error ? error.message : 'refused'),
  )
  return { transaction, settled, outcome: () => outcome }
}

describe('transact', () => {
  it('gives what was found once the transaction is complete, and not before', async () => {
    const { transaction, settled, outcome } = begun()
    await Promise.resolve()
    expect(outcome()).toBe('open')
    Reflect.apply(transaction.oncomplete ?? expect.fail, transaction, [])
    await settled
    expect(outcome()).toBe('kept key')
  })

  it('refuses what a full disk takes back after its request has succeeded', async () => {
    const { transaction, settled, outcome } = begun()
    Object.assign(transaction, { error: new DOMException('The disk is full', 'QuotaExceededError') })
    Reflect.apply(transaction.onabort ?? expect.fail, transaction, [])
    await settled
    expect(outcome()).toBe('The disk is full')
  })
})
