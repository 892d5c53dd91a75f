import { EngineError, type Engine, type EngineState } from './engine.ts'
import { closedError, FreeSlots } from './free-slots.ts'

/** Stands where no engine is: between the one that was closed to make room and the next. Who waits, waits on. */
export function vacancy({ info, slots, abreast }: Engine, state: EngineState): Engine {
  const free = new FreeSlots(() => false)
  let closed = false
  return {
    info,
    slots,
    abreast,
    state: () => state,
    onState: () => () => undefined,
    onInfo: () => () => undefined,
    whenFree: (signal) => free.wait(signal),
    generate: () => {
      if (closed) return Promise.reject(closedError())
      const code = state.name === 'loading' ? 'engine_loading' : 'engine_crashed'
      return Promise.reject(new EngineError(code, state.detail ?? 'No model is loaded'))
    },
    [Symbol.asyncDispose]: () => {
      closed = true
      free.close()
      return Promise.resolve()
    },
  }
}
