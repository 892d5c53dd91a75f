// models/installed: one folder (or link to one) per model, the choice of `use`, and downloads under way in folders
// whose names begin with a dot.
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import * as v from 'valibot'
import { diskError } from './disk-error.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { INSTALL_RECORD, InstallRecordSchema, type InstallRecord } from '../engine/folder/config-files.ts'

export const BUNDLED = 'pocket'

/** Folder names that can never leave the folder they are in. */
export const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/

export function isId(text: string): boolean {
  return MODEL_ID.test(text)
}

/** The bundled model's name is its own, wherever a folder of that name may lie. */
function isInstalledId(name: string): boolean {
  return isId(name) && name !== BUNDLED
}

const ChoiceSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ model: v.pipe(v.string(), v.regex(MODEL_ID)) }),
)

export class Store {
  readonly root: string
  readonly dir: string

  /** @param root the repository's folder. */
  constructor(root: string) {
    this.root = root
    this.dir = join(root, 'models/installed')
  }

  /** @throws AppError `unknown_model` for what is no plain folder name. */
  folderOf(id: string): string {
    if (id === BUNDLED) return join(this.root, 'models', BUNDLED)
    if (isId(id)) return join(this.dir, id)
    throw new AppError('unknown_model', `${id} is no id of a model; "npm run models -- list" shows them`)
  }

  partialOf(id: string): string {
    return join(this.dir, `.partial-${id}`)
  }

  /** Held by the command that works on the model: see models-cli/lock.ts. */
  lockOf(id: string): string {
    return join(this.dir, `.lock-${id}`)
  }

  /** Whether the name is taken: also by a link whose folder is gone. */
  has(id: string): boolean {
    return lstatSync(this.folderOf(id), { throwIfNoEntry: false }) !== undefined
  }

  /** Where the model's link leads, if that is nowhere any more. */
  async goneTarget(id: string): Promise<string | undefined> {
    const path = this.folderOf(id)
    return existsSync(path) ? undefined : await readlink(path).catch(() => undefined)
  }

  async ids(): Promise<readonly string[]> {
    return (await this.#folders()).filter(isInstalledId)
  }

  /** Folders there that are no model's: put there by the system, or by somebody under another kind of name. */
  async strangers(): Promise<readonly string[]> {
    return (await this.#folders()).filter((name) => !isInstalledId(name))
  }

  async #folders(): Promise<readonly string[]> {
    const entries = await readdir(this.dir, { withFileTypes: true }).catch(() => [])
    return entries
      .filter((e) => !e.name.startsWith('.') && (e.isDirectory() || e.isSymbolicLink()))
      .map((e) => e.name)
  }

  async record(id: string): Promise<InstallRecord | undefined> {
    const text = await readFile(join(this.folderOf(id), INSTALL_RECORD), 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    try {
      return v.parse(InstallRecordSchema, JSON.parse(text))
    } catch (cause) {
      const message = `${join(this.folderOf(id), INSTALL_RECORD)} is damaged (${messageOf(cause)}); remove the model and add it again`
      throw new AppError('model_invalid_config', message, { cause })
    }
  }

  async link(id: string, folder: string): Promise<void> {
    const path = this.folderOf(id)
    await mkdir(this.dir, { recursive: true }).catch(diskError(this.dir))
    await symlink(resolve(folder), path, 'junction').catch(diskError(path))
  }

  /** A linked folder loses its link alone. */
  async remove(id: string): Promise<void> {
    const path = this.folderOf(id)
    const isLink = (await lstat(path).catch(() => undefined))?.isSymbolicLink() ?? false
    if (isLink) await unlink(path)
    else {
      // Out of sight first, so that a removal that is interrupted leaves no half model.
      const gone = join(this.dir, `.removed-${id}`)
      await rm(gone, { recursive: true, force: true })
      if (existsSync(path)) await rename(path, gone)
      await rm(gone, { recursive: true, force: true })
    }
    await rm(this.partialOf(id), { recursive: true, force: true })
  }

  get #choicePath(): string {
    return join(this.dir, 'choice.json')
  }

  /** The bundled one where nothing was chosen, and where the choice is not the plain name of a folder. */
  chosen(): string {
    try {
      return v.parse(ChoiceSchema, readFileSync(this.#choicePath, 'utf8')).model
    } catch {
      return BUNDLED
    }
  }

  async choose(id: string): Promise<void> {
    if (id === BUNDLED) return rm(this.#choicePath, { force: true })
    await mkdir(this.dir, { recursive: true }).catch(diskError(this.dir))
    const fresh = `${this.#choicePath}.new`
    try {
      await writeFile(fresh, `${JSON.stringify({ model: id })}\n`)
      await rename(fresh, this.#choicePath)
    } catch (error) {
      await rm(fresh, { force: true })
      diskError(this.#choicePath)(error)
    }
  }
}

/** A name for a linked folder. */
export function idOfFolder(folder: string): string {
  return (
    basename(resolve(folder))
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '') || 'model'
  )
}
