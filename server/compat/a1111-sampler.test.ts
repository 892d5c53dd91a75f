import { describe, expect, it } from 'vitest'
import { readPngText } from '../../lib/protocol/png-parameters.ts'
import { a1111Lists } from './a1111-lists.ts'
import { txt2img } from './a1111.ts'
import { CONTEXT, imageEvent, MODEL } from './dialect.contract.ts'

/** What a request is answered that was read under `MODEL` and painted by a model with `sampler`. */
function answered(sampler: string) {
  const exchange = txt2img.exchange({ ...CONTEXT, requestId: 'id', nextSeq: () => 0 })
  exchange.decode('{"prompt": "x", "sampler_name": "DPM++ 2M"}')
  const { body } = exchange.answer([{ ...imageEvent(0), model: { id: 't', name: 'Turbo', sampler } }])
  const { images, parameters, info } = JSON.parse(body) as Record<'images' | 'parameters' | 'info', unknown>
  const [image] = images as string[]
  return {
    parameters,
    info: JSON.parse(String(info)) as unknown,
    text: readPngText(new Uint8Array(Buffer.from(image ?? '', 'base64'))).get('parameters'),
  }
}

describe("A1111's words for the sampler", () => {
  it.each([
    ['lcm', 'LCM'],
    ['euler', 'Euler'],
    ['euler_ancestral', 'Euler a'],
  ])('name the one that painted: %s is %s in parameters, info and the file', (sampler, name) => {
    const { parameters, info, text } = answered(sampler)
    expect([parameters, info]).toMatchObject([{ sampler_name: name }, { sampler_name: name }])
    expect(text).toContain(`, Sampler: ${name}, `)
  })

  it('list the one of the loaded model', () => {
    expect(a1111Lists(MODEL).samplers).toMatchObject([{ name: 'LCM' }])
    expect(a1111Lists({ ...MODEL, sampler: 'euler' }).samplers).toMatchObject([{ name: 'Euler' }])
  })
})
