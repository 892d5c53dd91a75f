import { atom, type TLFontFace } from 'tldraw'
import { expect, it, vi } from 'vitest'
import { spareFonts } from './fonts.ts'

const face = (family: string): TLFontFace => ({ family, src: { url: family } })

/** Fonts that are asked for as tldraw's are: those of one moment together, right after it. */
function fontsOf(used: readonly TLFontFace[]) {
  const asked = new Set<TLFontFace>()
  const loaded: string[] = []
  class Fonts {
    requestFonts(faces: readonly TLFontFace[]): void {
      if (asked.size === 0)
        queueMicrotask(() => {
          const all = [...asked]
          asked.clear()
          for (const one of all) void this.ensureFontIsLoaded(one)
        })
      faces.forEach((one) => asked.add(one))
    }
    async ensureFontIsLoaded({ family }: TLFontFace): Promise<void> {
      loaded.push(family)
    }
    async loadRequiredFontsForCurrentPage(): Promise<void> {
      await Promise.all(used.map((one) => this.ensureFontIsLoaded(one)))
    }
    getShapeFontFaces = () => []
  }
  return { fonts: new Fonts(), loaded }
}

const moment = () => new Promise((resolve) => setTimeout(resolve))

it('of all faces that tldraw asks for when a page opens, those of what is on it are fetched', async () => {
  const mono = face('mono')
  const { fonts, loaded } = fontsOf([mono])
  fonts.requestFonts([face('sans'), face('serif'), mono])
  spareFonts({ fonts, isInAny: () => false })
  await moment()
  expect(loaded).toEqual(['mono'])
  fonts.requestFonts([face('serif')])
  await moment()
  expect(loaded).toEqual(['mono', 'serif'])
})

it('the font of words comes when somebody is about to write them', async () => {
  const { fonts, loaded } = fontsOf([])
  const tool = atom('tool', 'draw')
  const isInAny = vi.fn((...states: string[]) => states.includes(tool.get()))
  const stop = spareFonts({ fonts, isInAny })
  await moment()
  expect(loaded).toEqual([])
  tool.set('text')
  await moment()
  expect(loaded).toEqual(['tldraw_draw'])
  stop()
})
