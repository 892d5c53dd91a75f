// Long work on the page's own thread, cut into tasks: the pointer, the keys and the screen get their turn in between.

/** Half a frame of 60 Hz. */
const WORK_MS = 8

export class Breaths {
  #sinceMs = performance.now()

  /** To be waited for between two pieces of work; a task passes only where it is time for one. */
  async take(): Promise<void> {
    // Out of sight nothing waits, and the browser would let every task wait.
    if (performance.now() - this.#sinceMs < WORK_MS || document.hidden) return
    await nextTask()
    this.#sinceMs = performance.now()
  }
}

/** Sooner than a timer, which browsers hold back by four milliseconds. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
