import { expect, it } from 'vitest'
import { placeFor } from './place-above.ts'

const desk = { innerWidth: 1440, innerHeight: 900 }
/** A phone on its side. */
const low = { innerWidth: 640, innerHeight: 360 }

it('a list is above its field, as high as there is room, and never narrower than one can read', () => {
  const place = placeFor({ left: 200, top: 700, bottom: 760, width: 500 }, desk)
  expect(place).toEqual({ left: '200px', width: '500px', top: 'auto', bottom: '206px', maxHeight: '682px' })
  expect(placeFor({ left: 1300, top: 700, bottom: 760, width: 100 }, desk)).toMatchObject({
    left: '1108px',
    width: '320px',
  })
})

it('it is below a field that has no room above it', () => {
  const place = placeFor({ left: 14, top: 90, bottom: 160, width: 612 }, low)
  expect(place).toMatchObject({ top: '166px', bottom: 'auto', maxHeight: '182px' })
})

it('it lies over a field that has no room on either side', () => {
  const place = placeFor({ left: 14, top: 120, bottom: 250, width: 612 }, low)
  expect(place).toMatchObject({ top: 'auto', bottom: '12px', maxHeight: '336px' })
})

it('no part of it is ever outside of the window', () => {
  for (let top = -40; top < 360; top++) {
    const field = { left: 14, top, bottom: top + 70, width: 612 }
    const place = placeFor(field, low)
    const height = Number.parseFloat(String(place.maxHeight))
    const from =
      place.top === 'auto'
        ? 360 - Number.parseFloat(String(place.bottom)) - height
        : Number.parseFloat(String(place.top))
    expect([from >= 0, from + height <= 360]).toEqual([true, true])
  }
})
