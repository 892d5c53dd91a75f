/** WebKit and Firefox begin to read some time after the click; nothing says when they are done. */
const HELD_MS = 60_000

/** Hands a file to the person, as a download. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.hidden = true
  // Not every browser follows a link that is in no document.
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), HELD_MS)
}
