// The only globals floor 0 may use besides ECMAScript itself; Node, browsers and workers all have them.
// The compiler refuses everything else there (timers, fetch, process, document): see tsconfig.iso.json.
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean })
  decode(input?: Uint8Array): string
}
