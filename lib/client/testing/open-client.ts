import { createSketchClient } from '../sketch-client.ts'
import type { SketchClient, SketchClientOptions } from '../types.ts'
import { FakeDrawing, FakeWorld, settle } from './fakes.ts'
import type { FakeSocket } from './fakes.ts'

export interface OpenClient {
  readonly world: FakeWorld
  readonly drawing: FakeDrawing
  readonly client: SketchClient
  /** Changes the drawing and says so, as a stroke does. */
  draw(): void
  /** The open socket of the newest connection. */
  socket(): FakeSocket
}

export function openClient(options: Partial<SketchClientOptions> = {}): OpenClient {
  const world = new FakeWorld()
  const drawing = new FakeDrawing()
  const client = createSketchClient(
    { url: 'ws://x', takeSnapshot: drawing.takeSnapshot, ...options },
    world.env,
  )
  const draw = (): void => {
    drawing.scene += 1
    client.markDirty()
  }
  return { world, drawing, client, draw, socket: () => world.socket }
}

/** A live client whose first scene has been painted. */
export async function paintedClient(options: Partial<SketchClientOptions> = {}): Promise<OpenClient> {
  const open = openClient(options)
  open.world.socket.welcomes()
  await open.world.frame()
  for (const frame of open.world.socket.frames()) open.world.socket.paints(frame)
  await settle()
  return open
}
