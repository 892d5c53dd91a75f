import { expect, it } from 'vitest'
import { ERROR_TABLE } from '../protocol/errors.ts'
import { isErrorCode, RETRYABLE } from './retryable.ts'

it('a page knows every code of a server, and which of them may succeed when it is tried again', () => {
  const table = Object.entries(ERROR_TABLE)
  expect(table.filter(([code]) => !isErrorCode(code))).toEqual([])
  const retryable = table.flatMap(([code, { retryable }]) => (retryable ? [code] : []))
  expect([...RETRYABLE].sort()).toEqual(retryable.sort())
  expect(['toString', '', 'a_code_of_tomorrow'].filter(isErrorCode)).toEqual([])
})
