// A canvas from the outside, in a page without a browser.
import { EmbedHost } from '../host.ts'
import type { EmbedError } from '../messages.ts'
import type { TakenDrawing } from '../unkept-drawing.ts'
import { FakePage, good, SERVER } from './fake-page.ts'

export class Embedded {
  readonly page = new FakePage()
  /** What the page was told, errors aside. */
  readonly events: { type: string; detail: unknown }[] = []
  readonly errors: { error: EmbedError; retryInMs: number | undefined }[] = []
  token: () => Promise<string | undefined> = () => Promise.resolve(undefined)

  open(attributes: [string, string][] = [['view', 'lens']], drawing?: TakenDrawing): EmbedHost {
    const { page } = this
    const note = (type: string) => (detail?: unknown) => void this.events.push({ type, detail })
    return new EmbedHost({
      server: SERVER,
      attributes: () => attributes,
      mount: (address) => {
        page.mounted.push(address)
        return () => page.frame
      },
      unmount: () => void page.mounted.push('unmounted'),
      token: () => this.token(),
      drawing,
      env: page.env,
      events: {
        ready: note('ready'),
        frame: note('frame'),
        status: note('status'),
        height: note('height'),
        hello: note('hello'),
        error: (error, retryInMs) => void this.errors.push({ error, retryInMs }),
      },
    })
  }

  /** One whose frame is there. */
  async shown(): Promise<EmbedHost> {
    this.page.answers = [good()]
    const host = this.open()
    await this.page.settle()
    this.page.say({ type: 'hello' })
    await this.page.settle()
    return host
  }
}
