import { afterEach, expect, it, vi } from 'vitest'
import { isOpenElsewhere, tellOpen } from './open-elsewhere.ts'

afterEach(() => void vi.unstubAllGlobals())

it('a drawing is open elsewhere for as long as another tab shows it', async () => {
  const [close, closeOther] = [tellOpen('boat'), tellOpen('island')]
  expect(await isOpenElsewhere('boat')).toBe(true)
  close()
  expect(await isOpenElsewhere('boat')).toBe(false)
  closeOther()
})

it('nobody is asked where a browser that refuses storage lets tabs hear nothing of each other', async () => {
  vi.stubGlobal('BroadcastChannel', function refuse() {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  })
  tellOpen('boat')()
  expect(await isOpenElsewhere('boat')).toBe(false)
})
