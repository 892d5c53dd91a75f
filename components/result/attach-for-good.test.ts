import { expect, it } from 'vitest'
import { FakeBitmap, FakeCanvas, FakeWorld } from '../../lib/client/testing/fakes.ts'
import { Painter } from '../../lib/client/painter.ts'
import { attachForGood } from './attach-for-good.ts'

/** A canvas whose pixels the browser can lose. */
function canvasThatIsLost() {
  const events = new EventTarget()
  const canvas = Object.assign(new FakeCanvas(), {
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
  })
  const lose = () => {
    canvas.calls = []
    events.dispatchEvent(new Event('contextrestored'))
  }
  return { canvas, lose }
}

it('the picture is there again after the browser lost its canvas, and no more once nobody shows it', async () => {
  const world = new FakeWorld()
  world.decode = async () => new FakeBitmap(64, 64)
  const painter = new Painter(world.env)
  const { canvas, lose } = canvasThatIsLost()
  const detach = attachForGood(painter, canvas.element)
  await painter.show({ seq: 1, blob: new Blob(), refined: false })
  lose()
  expect(canvas.calls).toEqual([{ source: world.bitmaps[0], alpha: 1 }])
  lose()
  await painter.show({ seq: 2, blob: new Blob(), refined: false })
  expect(canvas.calls.map(({ source }) => source)).toEqual([world.bitmaps[0], world.bitmaps[1]])
  detach()
  lose()
  await painter.show({ seq: 3, blob: new Blob(), refined: false })
  expect(canvas.calls).toEqual([])
})
