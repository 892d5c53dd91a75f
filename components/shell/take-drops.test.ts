import { beforeEach, describe, expect, it } from 'vitest'
import { refuseDrops, takeDrops } from './take-drops.ts'

const photo = new File(['...'], 'boat.png')
const drawing = new File(['{}'], 'boat.sketchwire.json')
let scope: EventTarget
let taken: string[]

const asWindow = () => scope as unknown as Window
const takers = {
  openDrawing: ({ name }: File) => void taken.push(`opened ${name}`),
  addPhotos: (files: File[]) => void taken.push(`added ${files.map(({ name }) => name).join(' and ')}`),
}

/** What somebody holds over the page, or lets go. */
function drag(type: 'dragover' | 'drop', files: File[], kind = 'Files') {
  const dataTransfer = { types: [kind], files, dropEffect: 'copy' }
  const event = Object.assign(new Event(type, { cancelable: true, bubbles: true }), { dataTransfer })
  return { event, dataTransfer, send: () => scope.dispatchEvent(event) }
}

beforeEach(() => {
  scope = new EventTarget()
  taken = []
})

describe('files that are let go over the page', () => {
  it('are taken, and the page stays', () => {
    const stop = takeDrops(asWindow(), takers)
    for (const type of ['dragover', 'drop'] as const) expect(drag(type, [photo]).send()).toBe(false)
    expect(drag('drop', [photo, drawing]).send()).toBe(false)
    expect(taken).toEqual(['added boat.png', 'opened boat.sketchwire.json'])
    stop()
    expect(drag('drop', [photo]).send()).toBe(true)
    expect(taken).toHaveLength(2)
  })

  it('are not taken twice when they fell on the drawing', () => {
    takeDrops(asWindow(), takers)
    const { event, send } = drag('drop', [photo])
    event.preventDefault()
    send()
    expect(taken).toEqual([])
  })

  it('are told from words that are dragged about, which go where they fall', () => {
    takeDrops(asWindow(), takers)
    refuseDrops(asWindow())
    for (const type of ['dragover', 'drop'] as const) expect(drag(type, [], 'text/plain').send()).toBe(true)
  })

  it('are refused by a page that takes none: it stays, and the pointer says so beforehand', () => {
    const stop = refuseDrops(asWindow())
    for (const type of ['dragover', 'drop'] as const) {
      const { dataTransfer, send } = drag(type, [drawing])
      expect(send()).toBe(false)
      expect(dataTransfer.dropEffect).toBe('none')
    }
    stop()
    expect(drag('drop', [drawing]).send()).toBe(true)
  })
})
