import { accessSync, constants } from 'node:fs'
import type { StageContext } from '../daemon/stage.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Events } from '../events/events.ts'
import { type IdPage, readIds, unreadableIds } from '../sources/id-list.ts'
import { merge, upsertRights } from '../state/rights/upsert-rights.ts'
import type { Pass } from './context.ts'

/** FORCED: rev + 1 for named items though nothing changed, as the original's rights-j -F. Unknown ids are returned. */
export async function forceItems(pass: Pick<Pass, 'db' | 'tally'>, htids: readonly string[]): Promise<string[]> {
  const changes = await pass.db.transaction((tx) =>
    upsertRights(
      tx,
      htids.map((htid) => ({ htid, raise: 'FORCED', apply: (known) => (known === null ? null : merge(known, {})) })),
    ),
  )
  pass.tally.add(changes.values())
  return htids.filter((htid) => !changes.has(htid))
}

/** What the command line names, to be forced. */
export interface Named {
  readonly ids: readonly string[]
  /** A file of ids, `-` = standard input. */
  readonly file?: string | undefined
}

/** What `--force` and `--ids-file` name; null when nothing is to be forced. Throws USAGE. */
export function namedToForce(args: StageContext['args']): Named | null {
  const { force: ids, idsFile: file } = args as { force?: readonly string[]; idsFile?: string }
  if (ids === undefined && file === undefined) return null
  if (ids === undefined) throw new SlipError('USAGE', '--ids-file goes with --force')
  if (ids.length === 0 && file === undefined)
    throw new SlipError('USAGE', 'name ids after --force, or a file of them with --ids-file')
  try {
    // before the sources are read, which may take hours
    if (file !== undefined && file !== '-') accessSync(file, constants.R_OK)
  } catch (error) {
    throw unreadableIds(error as Error)
  }
  return { ids, file }
}

const shown = 20

/** Forces what was named, once, a page a transaction. */
export class Forcing {
  readonly #pages: AsyncGenerator<IdPage>
  /** Read, and not forced yet. */
  #page: IdPage | null = null
  #isDone = false
  #forced = 0
  #unserved = 0
  #unknown = 0
  readonly #first: string[] = []

  /** `stop` ends a wait for standard input. */
  constructor({ ids, file }: Named, stop: AbortSignal) {
    this.#pages = readIds(ids, file)
    if (file === '-') stop.addEventListener('abort', () => process.stdin.destroy(), { once: true })
  }

  /**
   * Called again it goes on where it failed. What could not be forced is told page by page (`rights.not-forced`), and
   * thrown at the end. Throws NOT_FOUND when an item is unknown, else ITEM_ID_INVALID; USAGE when the file cannot be read.
   */
  async run(pass: Pass): Promise<void> {
    while (!this.#isDone && !pass.stop.aborted) {
      this.#page ??= await this.#next(pass.stop)
      if (this.#page === null) continue
      await this.#force(pass, this.#page)
      this.#page = null
    }
    if (!this.#isDone) {
      const message = `it was stopped after ${this.#forced} items of --force; those named after these were not forced`
      pass.bus.emit('daemon.warning', { message })
    } else if (this.#unserved > 0) throw this.#failure()
  }

  /** Null at the end, and when standard input was ended to stop. */
  async #next(stop: AbortSignal): Promise<IdPage | null> {
    try {
      const { value, done } = await this.#pages.next()
      this.#isDone = done === true
      return done ? null : value
    } catch (error) {
      if (stop.aborted) return null
      throw error
    }
  }

  async #force(pass: Pass, { htids, invalid }: IdPage): Promise<void> {
    const unknown = htids.length === 0 ? [] : await forceItems(pass, htids)
    this.#forced += htids.length - unknown.length
    const items: Events['rights.not-forced']['items'] = [
      ...invalid.map(({ problem, ...named }) => ({ ...named, why: problem })),
      ...unknown.map((id) => ({ id, why: 'has no rights row' })),
    ]
    if (items.length === 0) return
    pass.bus.emit('rights.not-forced', { items })
    this.#unserved += items.length
    this.#unknown += unknown.length
    for (const { id, line, why } of items.slice(0, shown - this.#first.length))
      this.#first.push(`${line === undefined ? '' : `line ${line}: `}${JSON.stringify(id)} ${why}`)
  }

  #failure(): SlipError {
    const more = this.#unserved - this.#first.length
    const rest = more === 0 ? '' : `; and ${more} more, which the log names (rights.not-forced)`
    const message = `${this.#unserved} of the items named were not forced: ${this.#first.join(', ')}${rest}`
    this.#unserved = 0
    return new SlipError(this.#unknown > 0 ? 'NOT_FOUND' : 'ITEM_ID_INVALID', message)
  }
}
