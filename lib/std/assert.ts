/** Throws when a state that the code holds impossible is met. Not for input: input gets an AppError. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${message}`)
}

/** Closes a `switch` over a union: the compiler refuses a forgotten member. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected member of a union: ${JSON.stringify(value)}`)
}
