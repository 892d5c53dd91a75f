import * as v from 'valibot'

const Size = v.object({ width: v.number(), height: v.number() })

const InstalledModelSchema = v.object({
  id: v.string(),
  /** For people. */
  title: v.string(),
  license: v.string(),
  /** Of everything it is made of, on the disk. */
  bytes: v.number(),
  /** Pictures it makes; empty when the folder could not be read. */
  sizes: v.array(Size),
  active: v.boolean(),
  /** Where the active one runs. */
  provider: v.optional(v.string()),
  /** Why it cannot be loaded, and the remedy. */
  problem: v.optional(v.string()),
})
export type InstalledModel = v.InferOutput<typeof InstalledModelSchema>

/** Answer of `GET /api/models`. */
export const ModelListSchema = v.object({
  active: v.string(),
  /** Id of the one that is being loaded. */
  loading: v.optional(v.string()),
  /** Nobody may change it while the server runs: there is nothing to choose. */
  fixed: v.optional(v.boolean()),
  models: v.array(InstalledModelSchema),
})
export type ModelList = v.InferOutput<typeof ModelListSchema>

/** Body of `POST /api/model`. */
export const ModelChoiceSchema = v.object({ id: v.pipe(v.string('id must be text'), v.maxLength(200)) })
