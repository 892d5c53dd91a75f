// A client as the page puts it together, for tests of what is known of its pictures: its drawing is one number.
import { settle } from '../../../lib/client/testing/fakes.ts'
import { openClient, type OpenClient } from '../../../lib/client/testing/open-client.ts'
import type { SketchClientOptions, Snapshot, TakeSnapshot } from '../../../lib/client/types.ts'
import type { DrawingContent, DrawingSurface } from '../../canvas/drawing-surface.ts'
import { DrawingLooks } from '../drawing-looks.ts'
import { ShownPicture } from '../shown-picture.ts'

/** Gives the snapshot it has of a scene that it knows, as every canvas does. */
export class NumberSurface implements Pick<DrawingSurface, 'takeSnapshot' | 'hold'> {
  scene = 0
  readonly store = { getState: () => ({ ready: true }) }
  readonly #known = new Map<string, Snapshot>()

  readonly takeSnapshot: TakeSnapshot = async (size) => {
    const hash = `${size.width}x${size.height}:${this.scene}`
    const bytes = Uint8Array.of(this.scene)
    const snapshot = this.#known.get(hash) ?? { bytes, codec: 'jpeg', ...size, hash, snapshotMs: 1 }
    this.#known.set(hash, snapshot)
    return snapshot
  }

  hold(): () => Promise<DrawingContent> {
    return async () => ({ plain: 1, items: [] })
  }

  get asSurface(): DrawingSurface {
    return this as unknown as DrawingSurface
  }
}

export interface StudioClient extends OpenClient {
  readonly surface: NumberSurface
  readonly looks: DrawingLooks
  readonly shown: ShownPicture
  /** Draws, or undoes. */
  change(scene: number): void
  /** Sends what is due and has every frame painted that was not. */
  paint(): Promise<void>
}

/** A live client whose first drawing has been painted; nothing is refined unless it is asked for. */
export async function studioClient(options: Partial<SketchClientOptions> = {}): Promise<StudioClient> {
  const surface = new NumberSurface()
  const looks = new DrawingLooks(surface.asSurface)
  const open = openClient({ takeSnapshot: looks.takeSnapshot, autoRefine: false, ...options })
  const shown = new ShownPicture(open.client, looks)
  const change = (scene: number) => {
    surface.scene = scene
    looks.changed()
    open.client.markDirty()
  }
  let painted = 0
  const paint = async () => {
    await open.world.frame()
    for (const frame of open.socket().frames()) {
      if (frame.seq <= painted) continue
      painted = frame.seq
      open.socket().says({ type: 'started', seq: frame.seq, rev: frame.paramsRev })
      open.socket().paints(frame)
    }
    await settle()
  }
  open.socket().welcomes()
  await paint()
  return { ...open, surface, looks, shown, change, paint }
}
