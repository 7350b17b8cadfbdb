import type { ForeignDatabase } from '../foreign/connect.ts'
import { clock } from '../foreign/sql.ts'
import { itemIdProblem, parseItemId } from '../item-id.ts'
import type { Bad } from '../source.ts'
import { sourceText } from '../source-text.ts'
import { type Mark, NumberMark, TimeMark } from './change-mark.ts'
import {
  type ChangeRow,
  type ChangesNames,
  ChangesStatements,
  changesPageSize as pageSize,
} from './change-statements.ts'

export interface ChangePage {
  readonly htids: readonly string[]
  readonly bad: readonly Bad[]
  /** From where to read on once the page is taken in. */
  readonly watermark: string
  /** The last page of the reading. */
  readonly last: boolean
}

/**
 * What changed since a watermark, oldest first; null, or a text that is none = everything there is. A page begins with the
 * row the one before it ended with: where the database takes `a` for `A`, the other of the two would else be passed over.
 * A row without an item, or without a version, says nothing.
 *
 * @param unfit makes the error of a table that is not as the configuration says
 */
export async function* readChanges(
  db: ForeignDatabase,
  names: ChangesNames,
  watermark: string | null,
  unfit: (what: string) => Error,
): AsyncGenerator<ChangePage> {
  const { mark, statements } = await begin(db, names, watermark)
  let rows = await db.query<ChangeRow>(mark.from === null ? statements.first : statements.from, valuesOf(mark.from))
  for (let end: ChangeRow | undefined; ; ) {
    const isLast = rows.length < pageSize
    const news = end === undefined ? rows : withoutOne(rows, end)
    if (news.length === 0 && !isLast) throw unfit(`${pageSize} of its rows have the same item and the same version`)
    const odd = news.find(({ at }) => !mark.isPosition(at))
    if (odd !== undefined)
      throw unfit(`its column ${names.version} holds ${JSON.stringify(odd.at)}, no number and no time`)
    const text = mark.read(
      news.map(({ at }) => at),
      isLast,
    )
    // an empty table of which nothing is known
    if (text === null) return
    yield { ...idsOf(names.table, news), watermark: text, last: isLast }
    end = news.at(-1) ?? end
    if (isLast || end === undefined) return
    rows = await db.query<ChangeRow>(statements.next, statements.after(end))
  }
}

const valuesOf = (from: string | null) => (from === null ? [] : [from])

async function begin(db: ForeignDatabase, names: ChangesNames, watermark: string | null) {
  const kind = await db.timeKind(new ChangesStatements(db.dialect, names, 'number').kind)
  if (kind !== 'no time') {
    const [now] = await db.query<{ at: string }>(clock[db.dialect])
    const mark: Mark = new TimeMark({
      watermark,
      clock: now?.at ?? '',
      overlap: names.overlap,
      isMoment: kind === 'moment',
    })
    return { mark, statements: new ChangesStatements(db.dialect, names, 'time') }
  }
  const statements = new ChangesStatements(db.dialect, names, 'number')
  const known = NumberMark.parse(watermark)
  const [count] = known === null ? [] : await db.query<{ rows: unknown }>(statements.count, [known.version])
  return { mark: new NumberMark(known, Number(count?.rows ?? 0)), statements }
}

/** The rows but one that is the row given, wherever it stands among its equals. */
function withoutOne(rows: readonly ChangeRow[], { item, at }: ChangeRow): ChangeRow[] {
  const index = rows.findIndex((row) => row.at === at && String(row.item) === String(item))
  return rows.filter((_, each) => each !== index)
}

function idsOf(table: string, rows: readonly ChangeRow[]): { htids: string[]; bad: Bad[] } {
  const htids = new Set<string>()
  const bad: Bad[] = []
  for (const row of rows) {
    const id = String(row.item).trimEnd()
    const problem = itemIdProblem(id)
    if (problem === null) htids.add(parseItemId(id).htid)
    else bad.push(badOf(table, row, `The row has an invalid item id: it ${problem}.`))
  }
  return { htids: [...htids], bad }
}

function badOf(table: string, row: ChangeRow, message: string): Bad {
  const text = sourceText(Buffer.from(JSON.stringify({ ...row, item: String(row.item) })))
  return { kind: 'bad', file: sourceText(Buffer.from(`${table} ${row.item}`)), line: 0, message, text }
}
