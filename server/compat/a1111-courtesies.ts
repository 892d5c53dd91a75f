// What clients of AUTOMATIC1111's API want to hear before they go on, about things this server has not or need not do.

/**
 * POST /sdapi/v1/{name} -> body. Nothing is done: the models' folder is read at every question, there is no VAE, LoRA or
 * embedding to look for, and the model stays where it is, for everybody else paints with it.
 */
export const A1111_NOTHING_TO_DO = {
  'refresh-checkpoints': null,
  'refresh-vae': null,
  'refresh-loras': null,
  'refresh-embeddings': null,
  'unload-checkpoint': {},
  'reload-checkpoint': {},
} as const satisfies Readonly<Record<string, unknown>>

/** GET /sdapi/v1/cmd-flags. Clients look whether it answers, and how; of the flags these two mean something here. */
export const A1111_FLAGS = { api: true, nowebui: true } as const

/** GET /sdapi/v1/memory: bytes of the machine. Nobody here knows those of a graphics card. */
export function a1111Memory({ totalBytes, freeBytes }: { totalBytes: number; freeBytes: number }): unknown {
  const ram = { free: freeBytes, used: totalBytes - freeBytes, total: totalBytes }
  return { ram, cuda: { error: 'unavailable' } }
}
