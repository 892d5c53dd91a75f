import { expect, it } from 'vitest'
import { nearPaths } from './nearest-path.ts'

const APPS = ['/fal-ai/lcm-sd15-i2i', '/fal-ai/lcm', '/fal-ai/lcm/']
const KNOWN = [...APPS, '/sdapi/v1/txt2img', '/sdapi/v1/img2img', '/ws', '/']

it.each([
  ['/fal-ai/lcm-sd15-i2', ['/fal-ai/lcm-sd15-i2i']],
  ['/fal-ai/LCM', ['/fal-ai/lcm']],
  ['/sdapi/v1/text2img', ['/sdapi/v1/txt2img']],
  ['/sdapi/v2/img2img', ['/sdapi/v1/img2img']],
  ['/fal-ai/flux/dev', ['/fal-ai/lcm', '/fal-ai/lcm-sd15-i2i']],
  ['/elsewhere', []],
  [`/fal-ai/${'x'.repeat(5000)}`, []],
])('near %s is %j', (asked, paths) => {
  expect(nearPaths(asked, KNOWN)).toEqual(paths)
})
