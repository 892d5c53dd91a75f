// Which files a model is made of: those of a provider that has its own, those in int8, or all of them.
import type { Manifest } from './manifest.ts'

/** The manifest as that provider reads it: its own files where it has some. */
export function forProvider(manifest: Manifest, provider: string): Manifest {
  const { variants, ...files } = manifest.files
  const { textEncoder, textEncoder2 = files.textEncoder2, weights, sizes } = variants?.[provider] ?? {}
  return {
    ...manifest,
    files: {
      ...files,
      textEncoder: textEncoder ?? files.textEncoder,
      ...(textEncoder2 === undefined ? {} : { textEncoder2 }),
      weights: weights ?? files.weights,
      sizes: sizes ?? files.sizes,
    },
  }
}

/** The manifest with its int8 graphs in place of the others; `undefined` where it has none. */
export function inInt8(manifest: Manifest): Manifest | undefined {
  const { files } = manifest
  return files.int8 && { ...manifest, files: { ...files, sizes: files.int8.sizes } }
}

/**
 * The sets of files that may be opened: of each provider that has its own, of all others, and in int8; only those of
 * `provider` where one is named.
 */
export function variantFiles(manifest: Manifest, provider?: string): readonly (readonly string[])[] {
  const providers = provider === undefined ? ['', ...Object.keys(manifest.files.variants ?? {})] : [provider]
  const int8 = provider === undefined || provider === 'cpu' ? inInt8(manifest) : undefined
  const manifests = [...providers.map((name) => forProvider(manifest, name)), int8]
  return manifests.filter((one) => one !== undefined).map(filesOf)
}

/** Every file the manifest names, once, the manifest itself excluded. */
export function manifestFiles(manifest: Manifest): readonly string[] {
  return [...new Set(variantFiles(manifest).flat())]
}

function filesOf({ files, safetyChecker, sha256 }: Manifest): readonly string[] {
  const graphs = files.sizes.flatMap(({ unet, vaeEncoder, vaeDecoder }) => [unet, vaeEncoder, vaeDecoder])
  const text = [files.textEncoder, files.textEncoder2, files.tokenizer, files.tokenizer2]
  // One that somebody put into the folder later is theirs: the model is whole without it.
  const checker = safetyChecker && sha256[safetyChecker.file] !== undefined ? safetyChecker.file : undefined
  return [...new Set([...text, ...graphs, ...files.weights, checker].filter((file) => file !== undefined))]
}
