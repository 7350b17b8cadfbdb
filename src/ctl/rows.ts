import { SlipError } from '../errors/slip-error.ts'
import type { Session } from './command.ts'
import { isoTime, jsonText } from './json-text.ts'
import { print } from './print.ts'

/** Rows of a listing, page by page: none of it is kept, however long it is. It ends where the reader leaves (`| head`). */
export interface Listing<Row> {
  readonly pages: AsyncIterable<readonly Row[]>
  /** What `--json` prints of a row. */
  readonly data: (row: Row) => unknown
}

/** With `--json`: one object with the rows below `name`. */
export async function printArray<Row>(name: string, { pages, data }: Listing<Row>): Promise<void> {
  let before = `{${JSON.stringify(name)}:[`
  for await (const page of pages) {
    if (process.stdout.destroyed) return
    if (page.length === 0) continue
    process.stdout.write(before + page.map((row) => jsonText(data(row))).join(','))
    before = ','
  }
  process.stdout.write(`${before === ',' ? '' : before}]}\n`)
}

/** As lines; `null` prints none for a row. Returns how many rows there were. */
export async function printLines<Row>(
  { pages }: Pick<Listing<Row>, 'pages'>,
  line: (row: Row) => string | null,
): Promise<number> {
  let rows = 0
  for await (const page of pages) {
    if (process.stdout.destroyed) break
    rows += page.length
    const lines = page.map(line).filter((each) => each !== null)
    print({ json: false }, null, () => lines.join('\n'))
  }
  return rows
}

/** Tab-separated below a line of headings. */
export async function printTsv<Row>(
  columns: readonly (keyof Row & string)[],
  { pages }: Pick<Listing<Row>, 'pages'>,
): Promise<void> {
  process.stdout.write(`${columns.join('\t')}\n`)
  await printLines({ pages }, (row) => columns.map((column) => tsvCell(row[column])).join('\t'))
}

/** All columns of all rows for another program: tab-separated, or with `--json` one object a line. */
export async function exportRows<Row>(
  session: Session,
  columns: readonly (keyof Row & string)[],
  { pages, data }: Listing<Row>,
): Promise<void> {
  if (session.json) await printLines({ pages }, (row) => jsonText(data(row)))
  else await printTsv(columns, { pages })
}

/**
 * Empty for null, a time as with `--json`; a tab, a line break and a backslash are escaped, so that a line is a row and
 * nothing is lost.
 */
const tsvCell = (value: unknown): string =>
  isoTime(String(value ?? '')).replace(/[\\\t\n\r]/g, (character) => escapes[character as keyof typeof escapes])

const escapes = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' } as const

/** Throws USAGE where two forms of output are asked for. */
export function assertOneForm({
  json,
  format,
}: {
  readonly json: boolean
  readonly format?: string | undefined
}): void {
  if (json && format !== undefined) throw new SlipError('USAGE', '--json and --format are two forms: name one')
}

/** What `--tail` says. Throws USAGE when it is no whole number from 1 to `most`. */
export function tailOption(tail: number | undefined, most = Number.POSITIVE_INFINITY): number | undefined {
  if (tail === undefined || (Number.isInteger(tail) && tail > 0 && tail <= most)) return tail
  const rule = most === Number.POSITIVE_INFINITY ? 'above 0' : `from 1 to ${most}`
  throw new SlipError('USAGE', `--tail is a whole number ${rule}`)
}
