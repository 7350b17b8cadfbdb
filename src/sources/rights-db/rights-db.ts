import { SlipError } from '../../errors/slip-error.ts'
import { connectForeign, databaseName, type ForeignDatabase, type ForeignLogin } from '../foreign/connect.ts'
import { before, earlier, isTime, later, rightsTimeOf } from '../foreign/times.ts'
import { itemIdProblem, parseItemId } from '../item-id.ts'
import type { Bad, RightsEvent, RightsRow } from '../source.ts'
import { sourceText } from '../source-text.ts'
import { attributeIn, type Codes, nameIn, readCodes } from './codes.ts'
import { type ForeignRow, pageSize, type RightsDbNames, Statements } from './statements.ts'

export interface RightsDbSettings extends ForeignLogin, RightsDbNames {
  /** Milliseconds. */
  readonly overlap: number
}

export interface RightsPage {
  readonly events: readonly RightsEvent[]
  /** From where to read on once the page is taken in. */
  readonly watermark: string
  /** The last page of the reading. */
  readonly last: boolean
}

interface Session {
  readonly db: ForeignDatabase
  readonly statements: Statements
  readonly codes: Codes
}

/**
 * A rights database: HathiTrust's rights_current, or a table like it. It is read by one connection that is opened when it
 * is needed, page by page, each page a statement by itself.
 *
 * A row that is changed gets a later time, and so is met again further on. One whose time was taken before the page was
 * read and whose commit came after it is met by reading the overlap again: the watermark stays that far behind the
 * database's own clock. Where the column holds readings of a clock nobody names (DATETIME, timestamp without time zone) that
 * clock may be behind UTC, and the watermark stays behind the last row instead. Clocks of other machines are not asked.
 */
export class RightsDb {
  readonly #settings: RightsDbSettings
  #opened: Session | null = null

  constructor(settings: RightsDbSettings) {
    this.#settings = settings
  }

  /**
   * What changed since a watermark, oldest first; null = everything.
   * @throws SlipError SOURCE_DB_UNAVAILABLE
   */
  async *feed(watermark: string | null): AsyncGenerator<RightsPage> {
    const { db, statements, codes } = await this.#session()
    const kind = await db.timeKind(statements.kindOfTime)
    if (kind === 'no time')
      throw this.#unfit(`its column ${this.#settings.columns.time} is neither a TIMESTAMP nor a DATETIME`)
    const { overlap } = this.#settings
    const [clock] = await db.query<{ at: string }>(statements.clock)
    const horizon = before(clock?.at ?? '', overlap)
    let mark = watermark
    let rows = await db.query<ForeignRow>(
      watermark === null ? statements.first : statements.from,
      watermark === null ? [] : [watermark],
    )
    for (;;) {
      // those without a time are told as bad rows
      const end = rows.findLast(({ at }) => isTime(at))
      const isLast = rows.length < pageSize
      if (end !== undefined) mark = later(mark, earlier(before(end.at as string, overlap), horizon))
      if (isLast && kind === 'moment') mark = later(mark, horizon)
      // an empty table of which nothing is known
      if (mark === null) return
      yield { events: this.#eventsOf(rows, codes), watermark: mark, last: isLast }
      if (isLast || end === undefined) return
      rows = await db.query<ForeignRow>(statements.next, afterRow(db.dialect, end))
    }
  }

  /**
   * The rights of these items as they are now, by id; one the database has no usable row of is left out.
   * @throws SlipError SOURCE_DB_UNAVAILABLE
   */
  async lookup(htids: readonly string[]): Promise<Map<string, RightsRow>> {
    const found = new Map<string, RightsRow>()
    if (htids.length === 0) return found
    const { db, statements, codes } = await this.#session()
    const split = htids.map((htid) => [htid.slice(0, htid.indexOf('.')), htid.slice(htid.indexOf('.') + 1)] as const)
    for (const [namespace, pairs] of Map.groupBy(split, ([space]) => space)) {
      const ids = pairs.map(([, id]) => id)
      for (let from = 0; from < ids.length; from += pageSize) {
        const rows = await db.query<ForeignRow>(statements.byId, [namespace, ids.slice(from, from + pageSize)])
        for (const event of this.#eventsOf(rows, codes)) if (event.kind === 'rights') found.set(event.htid, event)
      }
    }
    return found
  }

  async close(): Promise<void> {
    await this.#opened?.db.close()
    this.#opened = null
  }

  async #session(): Promise<Session> {
    if (this.#opened !== null) return this.#opened
    const db = await connectForeign('rights', this.#settings)
    try {
      const statements = new Statements(db.dialect, this.#settings)
      const codes = await readCodes(db, statements, this.#settings.codes)
      this.#opened = { db, statements, codes }
      return this.#opened
    } catch (error) {
      await db.close()
      throw error
    }
  }

  #eventsOf(rows: readonly ForeignRow[], codes: Codes): RightsEvent[] {
    return rows.map((row) => {
      const read = rowOf(row, codes)
      return typeof read === 'string' ? badOf(this.#settings.table, row, read) : read
    })
  }

  #unfit(what: string): SlipError {
    const { url, table } = this.#settings
    return new SlipError('SOURCE_DB_UNAVAILABLE', `The ${databaseName('rights', url)}, ${table}: ${what}`)
  }
}

const keyOf = ({ namespace, id }: ForeignRow) => `${namespace.toLowerCase()}.${id}`

/** What stands for the file in the errors of a row. */
export const rowName = (table: string, htid: string): string => sourceText(Buffer.from(`${table} ${htid}`))

function afterRow(dialect: ForeignDatabase['dialect'], { at, namespace, id }: ForeignRow): unknown[] {
  return dialect === 'postgres' ? [at, namespace, id] : [at, namespace, id, at, namespace, at]
}

function badOf(table: string, row: ForeignRow, what: string): Bad {
  const text = sourceText(Buffer.from(JSON.stringify(row)))
  return { kind: 'bad', file: rowName(table, keyOf(row)), line: 0, message: `The row ${what}.`, text }
}

const texts = [
  ['reason', 'reason', 16],
  ['source', 'source', 32],
  ['access profile', 'accessProfile', 32],
] as const

/** The row, or what is wrong with it as the end of a sentence. */
function rowOf(row: ForeignRow, codes: Codes): RightsRow | string {
  const id = keyOf(row)
  const problem = itemIdProblem(id)
  if (problem !== null) return `has an invalid item id: it ${problem}`
  const attr = attributeIn(codes.attributes, row.attr)
  if (attr === null) return `has an unknown rights attribute ${JSON.stringify(String(row.attr).slice(0, 40))}`
  if (!isTime(row.at)) return `has no time`
  const read: RightsRow = {
    kind: 'rights',
    line: 0,
    htid: parseItemId(id).htid,
    attr,
    reason: nameIn(codes.reasons, row.reason),
    source: nameIn(codes.sources, row.source),
    accessProfile: nameIn(codes.accessProfiles, row.accessprofile),
    rightsTime: rightsTimeOf(row.at),
    recordId: null,
  }
  const long = texts.find(([, key, most]) => (read[key]?.length ?? 0) > most)
  return long === undefined ? read : `has a ${long[0]} of more than ${long[2]} characters`
}
