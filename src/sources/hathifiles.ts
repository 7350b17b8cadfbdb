import { storableText } from '../errors/storable-text.ts'
import { isDay } from './calendar.ts'
import { itemIdProblem, parseItemId } from './item-id.ts'
import { readBytes } from './read-bytes.ts'
import { type Line, readLines } from './read-lines.ts'
import { attributeOf } from './rights-codes.ts'
import type { RightsEvent, RightsRow } from './source.ts'
import { sourceText } from './source-text.ts'

const maxLineBytes = 1024 * 1024

/** Columns of a hathifile, from 0; the last, author, is absent in older files. */
const column = { htid: 0, rights: 2, record: 3, reason: 13, time: 14, source: 23, profile: 24 }
const columns = 26
/** What the cells kept as text are called, and the most characters each may have. */
const texts = [
  ['reason', column.reason, 16],
  ['source', column.source, 32],
  ['access profile', column.profile, 32],
] as const

/**
 * Streams a hathifile, full or daily, `.gz` or plain: tab-separated, 26 columns (25 in files made before the author
 * was added), no header; a header line is skipped. A line that cannot be used is yielded as `bad` with its number. The
 * order of the columns is that of the hathifiles' README.
 *
 * @throws SlipError SOURCE_FILE_MISSING, SOURCE_UNAVAILABLE, SOURCE_FILE_UNREADABLE (after the lines before the damage).
 */
export async function* readHathifile(path: string): AsyncGenerator<RightsEvent> {
  let sawAll = false
  for await (const line of readLines(readBytes(path), maxLineBytes)) {
    if (line.bytes.length === 0) continue
    const cells = new Cells(line.bytes.toString('utf8'))
    if (line.number === 1 && cells.at(0) === 'htid') continue
    const problem: string | null = line.tooLong
      ? `is longer than ${maxLineBytes} bytes`
      : widthProblem(cells, line, sawAll)
    sawAll ||= problem === null && cells.count === columns
    const row = problem ?? rowOf(cells, line.number)
    if (typeof row !== 'string') yield row
    else {
      const message = `Line ${line.number} ${row}.`
      yield { kind: 'bad', file: path, line: line.number, message, text: sourceText(line.bytes) }
    }
  }
}

/** A file has one width: 25 columns are a cut line once 26 were seen, and may be one where the file ends in it. */
function widthProblem(cells: Cells, line: Line, sawAll: boolean): string | null {
  if (cells.count === columns || (cells.count === columns - 1 && !sawAll && line.ended)) return null
  const cut = line.ended ? '' : '; the file ends in the middle of it'
  return `has ${cells.count} instead of ${columns} columns${cut}`
}

/** The row, or what is wrong with it as the end of a sentence. */
function rowOf(cells: Cells, line: number): RightsRow | string {
  const id = cells.at(column.htid)
  const problem = itemIdProblem(id)
  if (problem !== null) return `has an invalid item id: it ${problem}`
  const attr = attributeOf(cells.at(column.rights))
  if (attr === null) return `has an unknown rights code ${JSON.stringify(cells.at(column.rights).slice(0, 40))}`
  const record = cells.at(column.record)
  if (!/^[!-~]{0,64}$/.test(record)) return 'has an invalid record id'
  const rightsTime = timeOf(cells.at(column.time))
  if (rightsTime === undefined)
    return `has an invalid rights time ${JSON.stringify(cells.at(column.time).slice(0, 40))}`
  const long = texts.find(([, place, most]) => cells.at(place).length > most)
  if (long !== undefined) return `has a ${long[0]} of more than ${long[2]} characters`
  return {
    kind: 'rights',
    line,
    htid: parseItemId(id).htid,
    attr,
    reason: textOf(cells.at(column.reason)),
    source: textOf(cells.at(column.source)),
    accessProfile: textOf(cells.at(column.profile)),
    rightsTime,
    recordId: textOf(record),
  }
}

/** The cells of a line, of which few are asked for: those between the tabs, each cut out for the asking. */
class Cells {
  readonly count: number
  readonly #line: string
  readonly #starts: number[] = [0]

  constructor(line: string) {
    for (let tab = line.indexOf('\t'); tab >= 0; tab = line.indexOf('\t', tab + 1)) this.#starts.push(tab + 1)
    this.count = this.#starts.length
    this.#line = line
  }

  /** '' behind the last. */
  at(place: number): string {
    const start = this.#starts[place]
    return start === undefined ? '' : this.#line.slice(start, (this.#starts[place + 1] ?? this.#line.length + 1) - 1)
  }
}

function textOf(cell: string): string | null {
  return cell === '' ? null : storableText(cell)
}

/** Null when empty or MySQL's zero date, undefined when it is no time of the calendar, which has no year 0. */
function timeOf(cell: string): string | null | undefined {
  if (cell === '' || cell === '0000-00-00 00:00:00') return null
  const match = /^(?!0000)(\d{4})-(\d\d)-(\d\d) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.exec(cell)
  return match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3])) ? cell : undefined
}
