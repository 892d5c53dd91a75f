import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressParameters, EMBED_DEFAULTS, embedAddress, exactOrigin, readEmbedOptions } from './options.ts'

const read = (query: string) => readEmbedOptions(new URLSearchParams(query))

describe('what an embedded canvas is told', () => {
  it('is read from the address, every option of it', () => {
    const { options, problems } = read(
      'prompt=a+boat&model=pocket&strength=0.7&steps=4&seed=42&view=lens&controls=full&theme=dark' +
        '&readonly&transparent=true&surface=plain&drawing=d-1&host=https%3A%2F%2Fblog.example.org',
    )
    expect(problems).toEqual([])
    expect(options).toEqual({
      prompt: 'a boat',
      model: 'pocket',
      strength: 0.7,
      steps: 4,
      seed: 42,
      view: 'lens',
      controls: 'full',
      theme: 'dark',
      readonly: true,
      transparent: true,
      surface: 'plain',
      drawing: 'd-1',
      host: 'https://blog.example.org',
    })
  })

  it.each([
    ['strength=7', 'strength', /strength=7 is not a number from 0 to 1; the default is used/],
    ['strength=much', 'strength', /a number from 0 to 1/],
    ['steps=2.5', 'steps', /a whole number from 1 to 50/],
    ['seed=-1', 'seed', /from 0 to 4294967295/],
    ['view=both', 'view', /view=both is not side, lens, result; side is used/],
    ['controls=all', 'controls', /none, minimal, full; minimal is used/],
    ['readonly=maybe', 'readonly', /true or false; false is used/],
    ['host=https://a.example/page', 'host', /an origin such as/],
    ['colour=red', 'colour', /colour is no option.*prompt, model, strength/],
  ])('names %s and goes on with the default', (query, name, words) => {
    const { options, problems } = read(query)
    expect(problems.map((problem) => problem.name)).toEqual([name])
    expect(problems[0]?.message).toMatch(words)
    expect(options).toEqual(EMBED_DEFAULTS)
  })

  it('names a drawing anew whose name is none, and no two such drawings the same', () => {
    const [x, y, again] = ['drawing=../x', 'drawing=../y', 'drawing=../x'].map(read)
    expect(x?.options.drawing).toMatch(/^embed-[a-z0-9]+-n[a-z0-9]+$/)
    expect(y?.options.drawing).not.toBe(x?.options.drawing)
    expect(again?.options.drawing).toBe(x?.options.drawing)
    const message = `drawing=../x is not up to 40 letters, digits, - and _; ${x?.options.drawing} is used`
    expect(x?.problems.map((problem) => problem.message)).toEqual([message])
  })

  it('names each of several, and keeps a long value short', () => {
    const { problems } = read(`steps=x&prompt=${'a'.repeat(3000)}`)
    expect(problems.map(({ name }) => name)).toEqual(['steps', 'prompt'])
    expect(problems[1]?.message.length).toBeLessThan(150)
  })

  it('never throws and never gives anything but an option or its default, whatever the address holds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) => {
        const { options, problems } = readEmbedOptions(pairs)
        expect(Object.keys(options)).toEqual(Object.keys(EMBED_DEFAULTS))
        expect(problems.length).toBeLessThanOrEqual(pairs.length)
      }),
    )
  })

  it('survives the way through the address', () => {
    const given = [
      ['prompt', 'sea & sky? 100%'],
      ['view', 'lens'],
    ] as const
    const address = new URL(embedAddress('https://draw.example.org', given))
    // Of words the server hears nothing: they may be longer than what it takes as an address.
    expect(address.href.split('#')[0]).toBe('https://draw.example.org/embed?view=lens')
    const { options, problems } = readEmbedOptions(addressParameters(address))
    expect(options).toEqual({ ...EMBED_DEFAULTS, prompt: 'sea & sky? 100%', view: 'lens' })
    expect(problems).toEqual([])
  })

  it('is read from either side of the #, and may have nothing there', () => {
    const prompt = (href: string) => readEmbedOptions(addressParameters(new URL(href))).options.prompt
    expect(prompt('https://draw.example.org/embed?prompt=a+boat')).toBe('a boat')
    expect(prompt('https://draw.example.org/embed#prompt=a%20boat')).toBe('a boat')
    expect(embedAddress('https://draw.example.org', [])).toBe('https://draw.example.org/embed')
  })
})

describe('exactOrigin', () => {
  it('takes origins and nothing near them', () => {
    expect(exactOrigin('http://localhost:7878')).toBe('http://localhost:7878')
    for (const text of [
      'https://a.example/',
      'https://a.example/x',
      'ws://a.example',
      'a.example',
      'null',
      '',
    ])
      expect(exactOrigin(text)).toBeUndefined()
  })
})
