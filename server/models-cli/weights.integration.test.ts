// Weights may have any name: those that a graph or a manifest names are downloaded, and missed where they are not there.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TOY_MODEL } from '../engine/testing/models.ts'
import { ID, setUp, UNET, visible, type Setup } from './testing/set-up.ts'

const DATA = 'unet/model.onnx_data'
const PLAIN = 'unet/weight_data.bin'

/** The toy's U-Net with its weights in a file that looks like another framework's. */
function renameWeights({ hub }: Setup): void {
  const graph = hub.files.get(UNET)?.toString('latin1') ?? ''
  hub.files.set(UNET, Buffer.from(graph.replaceAll('model.onnx_data', 'weight_data.bin'), 'latin1'))
  hub.files.set(PLAIN, hub.files.get(DATA) ?? Buffer.alloc(0))
  hub.files.delete(DATA)
}

/** A model in our own layout, its U-Net's weights renamed. */
async function serveOurs({ hub }: Setup): Promise<string> {
  hub.files.clear()
  const manifest = JSON.parse(await readFile(join(TOY_MODEL, 'manifest.json'), 'utf8')) as {
    files: { tokenizer: string }
    sha256: Record<string, string>
  }
  for (const file of Object.keys(manifest.sha256)) hub.files.set(file, await readFile(join(TOY_MODEL, file)))
  // A name that the filter of other frameworks' weights would drop.
  const name = 'tokens.bin'
  const { tokenizer } = manifest.files
  hub.files.set(name, hub.files.get(tokenizer) ?? Buffer.alloc(0))
  hub.files.delete(tokenizer)
  const text = JSON.stringify(manifest).replaceAll(`"${tokenizer}"`, `"${name}"`)
  hub.files.set('manifest.json', Buffer.from(text))
  return name
}

describe('weights', () => {
  it('with a name like those of another framework are installed, because a graph names them', async () => {
    await using setup = await setUp()
    renameWeights(setup)
    setup.hub.files.set('unet/pytorch_model.bin', Buffer.alloc(1000))
    await setup.run('add', ID)
    const served = setup.hub.served.map((line) => line.split(' ')[0])
    expect(served).toContain(PLAIN)
    expect(served).not.toContain('unet/pytorch_model.bin')
    await setup.run('verify', ID)
  })

  it('that a graph names and the repository has not: nothing more is downloaded, nothing is installed', async () => {
    await using setup = await setUp()
    setup.hub.files.delete(DATA)
    await expect(setup.run('add', ID)).rejects.toThrow(
      /Toy is not installed, .*: someone\/some-model has no unet\/model.onnx_data, which its own graphs name/,
    )
    expect(await visible(setup.installed)).toEqual([])
  })

  it('and graphs that the model does not name are left where they are', async () => {
    await using setup = await setUp()
    const others = ['unet/model_fp16.onnx', 'unet/model_fp16.onnx_data', 'text_encoder/model_quantized.onnx']
    for (const path of others) setup.hub.files.set(path, Buffer.alloc(1e6))
    // Neither their room is asked for nor their bytes are announced.
    await setup.run('add', ID, { freeBytes: () => Promise.resolve(256.5e6) })
    expect(setup.hub.served.map((line) => line.split(' ')[0])).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/fp16|quantized/)]),
    )
    expect(setup.printed.join('')).toMatch(/100%.*of 20 kB/)
    await setup.run('verify', ID)
  })

  it('are fetched after all that tells whether they are worth it', async () => {
    await using setup = await setUp()
    await setup.run('add', ID)
    expect(setup.hub.served.at(-1)).toBe(`${DATA} 0`)
  })

  it('and other files of our own layout are those its manifest names, and no others', async () => {
    await using setup = await setUp()
    const name = await serveOurs(setup)
    setup.hub.files.set('unet.float32.onnx', Buffer.alloc(1000))
    await setup.run('add', ID)
    expect(setup.hub.served).toContain(`${name} 0`)
    expect(setup.hub.served).not.toContain('unet.float32.onnx 0')
    await setup.run('verify', ID)
  })

  it('that are not as the manifest says are no model', async () => {
    await using setup = await setUp()
    const name = await serveOurs(setup)
    const bytes = setup.hub.files.get(name) ?? Buffer.alloc(0)
    setup.hub.files.set(name, Buffer.from(bytes.toString('latin1').toUpperCase(), 'latin1'))
    await expect(setup.run('add', ID)).rejects.toThrow(/toy\/tokens.bin has sha256/)
    expect(await visible(setup.installed)).toEqual([])
  })
})
