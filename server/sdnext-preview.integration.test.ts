// SD.Next's preview socket (its PR 4936), against a whole server on the fake engine.
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { plainRequest } from './gateway/testing/ws-client.ts'
import { call, imagesOf, turn } from './testing/a1111-client.ts'
import type { Body } from './testing/a1111-client.ts'
import { binary, cleanUpAfterTests, connect, drawing, start } from './testing/running-server.ts'

cleanUpAfterTests()

describe('the preview socket of SD.Next', () => {
  it('shows each page its own: words and JPEG together, every n steps, nothing while hidden', async () => {
    const { server, engine } = await start({}, { SKETCHWIRE_PROGRESS: 'all' })
    const [seeing, hidden, rare] = await Promise.all(
      ['', '', '?interval=2'].map((query) => connect(server, `/sdapi/v1/preview${query}`)),
    )
    if (!seeing || !hidden || !rare) throw new Error('three sockets were opened')
    hidden.sendJson({ type: 'visibility', visible: false })
    const settled = seeing.sendJson({ type: 'nonsense' })
    expect(settled).toBeUndefined()
    expect(await seeing.until((body) => 'error' in body)).toMatchObject({ active: false })
    hidden.sendJson({ type: 'nonsense' })
    await hidden.until((body) => 'error' in body)

    // Here even a picture that a canvas of the same caller asked for.
    const canvas = await drawing(server)
    canvas.send(binary(1))
    const steps: [unknown, number][] = []
    for (;;) {
      const words = JSON.parse(String(await seeing.next())) as Body
      if (words['completed'] === true) break
      if (words['has_image'] !== true) continue
      const image = await seeing.next()
      if (typeof image === 'string') throw new Error('the picture must follow its words')
      const size = await sharp(image).metadata()
      expect([size.format, size.width]).toEqual(['jpeg', 256])
      steps.push([words['step'], Number(words['progress'])])
    }
    expect(steps).toEqual([
      [1, 0.25],
      [2, 0.5],
      [3, 0.75],
    ])
    expect(await hidden.next()).toContain('"completed":true')
    expect(await rare.until((body) => body['has_image'] === true)).toMatchObject({ step: 2, steps: 4 })
    expect(engine.previewWork).toEqual({ decoded: 3, encoded: 3 })
  })

  it('tells a page that comes while a picture is painted that it is, and when it is done', async () => {
    const { server, engine } = await start({ paused: true })
    const painting = call(server, '/sdapi/v1/txt2img', { steps: 3 })
    while (engine.step() === 0) await turn()
    const late = await connect(server, '/sdapi/v1/preview')
    expect(JSON.parse(String(await late.next()))).toMatchObject({ active: true, has_image: false })
    engine.resume()
    expect(await late.until((body) => body['step'] === 3)).toMatchObject({ active: true, steps: 3 })
    expect(await late.until((body) => body['completed'] === true)).toMatchObject({ active: false })
    expect((await painting).status).toBe(200)
  })

  it('says completed when a request ends, not when one of its pictures does', async () => {
    const { server, engine } = await start({ paused: true })
    const watching = await connect(server, '/sdapi/v1/preview')
    /** Steps told of until `completed`. */
    const heard = async () => {
      const steps: unknown[] = []
      for (;;) {
        const words = await watching.next()
        if (typeof words !== 'string') continue
        const { completed, step: at } = JSON.parse(words) as Body
        if (completed === true) return steps
        if (at !== 0) steps.push(at)
      }
    }
    const path = '/sdapi/v1/txt2img'
    const request = { steps: 2, n_iter: 2 }
    const running = async () => {
      while (engine.running === 0) await turn()
    }

    const interrupted = call(server, path, request)
    await running()
    await call(server, '/sdapi/v1/interrupt', {})
    expect([await heard(), imagesOf((await interrupted).body)]).toEqual([[], []])
    while (engine.running > 0) await turn()

    const gone = new AbortController()
    const { signal } = gone
    const body = JSON.stringify(request)
    const left = plainRequest(server.port, { method: 'POST', path, body, signal })
    await running()
    gone.abort()
    await expect(left).rejects.toThrow()
    expect(await heard()).toEqual([])
    while (engine.running > 0) await turn()

    const skipped = call(server, path, request)
    await running()
    await call(server, '/sdapi/v1/skip', {})
    engine.resume()
    expect([await heard(), imagesOf((await skipped).body).length]).toEqual([[1, 2], 1])

    const whole = call(server, path, { ...request, batch_size: 2 })
    expect(await heard()).toEqual([1, 2, 1, 2, 1, 2, 1, 2])
    expect((await whole).status).toBe(200)
    watching.sendJson({ type: 'nonsense' })
    expect(await watching.next()).toContain('"error"')
  })
})
