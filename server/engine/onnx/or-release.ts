/** What can be given back. */
interface Held {
  release(): Promise<void>
}

/** What `work` makes of something that was just opened. Where it fails that is released: nobody else holds it yet. */
export async function orRelease<T>(opened: Held, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await opened.release()
    throw error
  }
}
