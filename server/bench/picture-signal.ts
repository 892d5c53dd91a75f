/** A device on which one picture takes longer hangs: the engine itself waits for as long as nobody cancels. */
const LONGEST_PICTURE_MS = 120_000

/** Ends a job of a benchmark that would never end. */
export function pictureSignal(): AbortSignal {
  return AbortSignal.timeout(LONGEST_PICTURE_MS)
}
