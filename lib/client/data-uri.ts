/** Data URI of bytes, by the way that is fast in every browser. */
export function toDataUri(bytes: Uint8Array, mediaType: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => {
      if (typeof reader.result === 'string') resolve(reader.result)
    })
    reader.addEventListener('error', () => reject(reader.error))
    reader.readAsDataURL(new Blob([new Uint8Array(bytes)], { type: mediaType }))
  })
}

/** Bytes of a base64 data URI. */
export function fromDataUri(uri: string): Uint8Array<ArrayBuffer> {
  const binary = atob(uri.slice(uri.indexOf(',') + 1))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}
