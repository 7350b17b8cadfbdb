import { hash } from 'node:crypto'
import { SlipError } from '../../errors/slip-error.ts'
import { connectForeign, databaseName, type ForeignDatabase, type ForeignLogin } from '../foreign/connect.ts'
import { type ChangePage, readChanges } from './change-feed.ts'
import type { ChangesNames } from './change-statements.ts'
import { type MembershipRow, type Said, saidOf } from './memberships.ts'
import { largeCollections, type MembershipNames, rowsOfItems } from './statements.ts'

export type MembershipSettings = ForeignLogin & MembershipNames & { readonly changes?: ChangesNames | undefined }

const isCut = /connection (?:was )?(?:lost|terminated|ended|closed)|ECONNRESET|EPIPE|closed state/i

/** An id no item has, to see whether a source answers at all. */
const nobody = 'slip.probe'

/**
 * A source that is asked by item what the item belongs to: who holds it, or which large collections it is in. It has one
 * connection, opened when it is needed and kept until it breaks or a statement fails; each statement is a transaction by
 * itself. Every method throws SlipError SOURCE_DB_UNAVAILABLE.
 */
export class MembershipSource {
  readonly name: string
  readonly settings: MembershipSettings
  #opened: Promise<ForeignDatabase> | null = null

  constructor(name: string, settings: MembershipSettings) {
    this.name = name
    this.settings = settings
  }

  get kind(): MembershipNames['kind'] {
    return this.settings.kind
  }

  /** What it says of each of these items now, by one statement. */
  async lookup(htids: readonly string[]): Promise<Map<string, Said>> {
    if (htids.length === 0) return new Map()
    const rows = await this.#read((db) => {
      const { sql, values } = rowsOfItems(db.dialect, this.settings, htids)
      return db.query<MembershipRow>(sql, values)
    })
    // a database may take `a` for `A`, and fill a char(50) with blanks: an item is what has its id to the letter
    const byItem = Map.groupBy(rows, ({ item }) => canonical(String(item).trimEnd()))
    return new Map(htids.map((htid) => [htid, saidOf(this.kind, byItem.get(htid) ?? [])]))
  }

  /** Whether it answers. */
  async check(): Promise<void> {
    await this.lookup([nobody])
  }

  /** Digest over which collections are large: another one changes what is said of items whose own rows stay. */
  async largeOnes(): Promise<string> {
    const { settings } = this
    if (settings.kind === 'holdings') return 'none'
    const rows = await this.#read((db) => {
      const { sql, values } = largeCollections(db.dialect, settings)
      return db.query<{ id: unknown }>(sql, values)
    })
    const ids = rows.map(({ id }) => String(id)).sort()
    return hash('sha256', JSON.stringify(ids)).slice(0, 32)
  }

  /** Which items changed since a watermark, where the configuration says where that stands; null = from the beginning. */
  async *changes(watermark: string | null): AsyncGenerator<ChangePage> {
    const { changes, kind, url } = this.settings
    if (changes === undefined) return
    const unfit = (what: string) =>
      new SlipError('SOURCE_DB_UNAVAILABLE', `The ${databaseName(kind, url)}, ${changes.table}: ${what}`)
    const pages = await this.#ask(async (db) => readChanges(db, changes, watermark, unfit))
    for (;;) {
      const page = await this.#ask(() => pages.next())
      if (page.done) return
      yield page.value
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = null
    await (await opened?.catch(() => undefined))?.close()
  }

  /** One question by itself: asked anew where the connection it went over had been cut while nobody listened. */
  async #read<T>(work: (db: ForeignDatabase) => Promise<T>): Promise<T> {
    const wasOpen = this.#opened !== null
    try {
      return await this.#ask(work)
    } catch (error) {
      if (wasOpen && error instanceof Error && isCut.test(error.message)) return this.#ask(work)
      throw error
    }
  }

  async #ask<T>(work: (db: ForeignDatabase) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#database())
    } catch (error) {
      // the answer to what failed may still come: nothing else is asked over that connection
      await this.close()
      throw error
    }
  }

  async #database(): Promise<ForeignDatabase> {
    if ((await this.#opened)?.isBroken()) await this.close()
    this.#opened ??= connectForeign(this.kind, this.settings)
    return this.#opened
  }
}

/** As item ids are kept: the namespace, what stands before the first dot, in lower case. */
function canonical(id: string): string {
  const dot = id.indexOf('.')
  return id.slice(0, dot).toLowerCase() + id.slice(dot)
}
