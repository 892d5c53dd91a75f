import { describe, expect, it } from 'vitest'
import { appOfHost, falTarget, isFalHost, originOf, pathOnThisServer, queueBase } from './fal-hosts.ts'

describe("fal's hosts", () => {
  it.each([
    ['fal.run', '/fal-ai/lcm', '/fal-ai/lcm'],
    ['queue.fal.run', '/fal-ai/lcm', '/queue/fal-ai/lcm'],
    ['queue.localhost:8443', '/fal-ai/lcm', '/queue/fal-ai/lcm'],
    ['rest.fal.ai', '/tokens/', '/tokens/'],
    ['110602490-lcm-sd15-i2i.gateway.alpha.fal.ai', '/', '/110602490-lcm-sd15-i2i'],
    [
      '110602490-lcm-sd15-i2i.gateway.localhost:8443',
      '/fal/queue/submit',
      '/110602490-lcm-sd15-i2i/fal/queue/submit',
    ],
    ['110602490-lcm.gateway.alpha.fal.ai', '/files/1/cat.jpg', '/files/1/cat.jpg'],
    ['draw.example.org', '/api/live', '/api/live'],
    ['localhost:7878', '/', '/'],
    ['queue.example.org', '/', '/'],
    ['queue.example.org', '/api/live', '/api/live'],
    ['me.gateway.example.org', '/', '/'],
    [undefined, '/', '/'],
  ])('host %s, path %s is %s here', (host, path, here) => {
    expect(pathOnThisServer(host, path)).toBe(here)
  })

  it('names the app that has a host of its own', () => {
    expect(appOfHost('110602490-lcm-sd15-i2i.gateway.alpha.fal.ai')).toBe('110602490-lcm-sd15-i2i')
    expect(appOfHost('localhost:7878')).toBeUndefined()
  })

  it.each([
    ['fal.media', true],
    ['v3.fal.media', true],
    ['v3b.fal.media', true],
    ['evilfal.media', false],
    ['fal.media.evil.example', false],
  ])('takes %s for one of them: %s', (host, is) => {
    expect(isFalHost(host)).toBe(is)
    if (is) expect(originOf({ host })).toBe(`https://${host}`)
  })

  it('says where the queue is to those who called by either name', () => {
    expect(queueBase('https://queue.fal.run', 'queue.fal.run')).toBe('https://queue.fal.run')
    expect(queueBase('http://localhost:7878', 'localhost:7878')).toBe('http://localhost:7878/queue')
  })
})

describe('the target of a proxied request', () => {
  it.each([
    ['https://fal.run/fal-ai/lcm', '/fal-ai/lcm', ''],
    [
      'https://queue.fal.run/fal-ai/lcm/requests/1/status?logs=1',
      '/queue/fal-ai/lcm/requests/1/status',
      'logs=1',
    ],
    ['https://rest.alpha.fal.ai/tokens/', '/tokens/', ''],
    ['https://110602490-lcm.gateway.alpha.fal.ai/', '/110602490-lcm', ''],
    ['https://fal.media/files/tiger/cat.jpeg', '/files/tiger/cat.jpeg', ''],
  ])('%s is %s here', (address, path, query) => {
    expect(falTarget(address)).toEqual({ path, query })
  })

  it.each([
    '',
    'fal.run',
    'http://fal.run/fal-ai/lcm',
    'https://fal.run:8443/x',
    'https://fal.run.example.org/x',
    'https://examplefal.run/x',
    'https://me@fal.run/x',
    'https://169.254.169.254/latest',
    'file:///etc/passwd',
  ])('%j is refused', (address) => {
    expect(falTarget(address)).toBeUndefined()
  })
})
