import { SlipError } from '../../errors/slip-error.ts'
import { type ErrorListing, type ErrorRow, listErrors } from '../../state/audit/errors.ts'
import type { Connection } from '../../state/connection.ts'
import type { Session } from '../command.ts'
import { errorData, errorLine, knownCode, oneLine } from '../error-text.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { chosenTargets } from '../targets.ts'

interface Arguments extends Session {
  readonly code?: string
  readonly target?: string
  readonly all: boolean
  readonly tail?: number
  readonly format?: 'ids' | 'tsv'
}

const pageSize = 1_000
const columns = ['id', 'error_time', 'target', 'htid', 'source', 'record_id', 'code', 'resolution', 'message'] as const

export async function run(args: Arguments): Promise<number> {
  const { target, all, tail = Number.POSITIVE_INFINITY } = args
  if (args.tail !== undefined && !(Number.isInteger(tail) && tail > 0)) {
    throw new SlipError('USAGE', '--tail is a whole number above 0')
  }
  const filter = { target, all, code: knownCode(args.code) }
  return withState(args, async ({ db }) => {
    if (target !== undefined) await chosenTargets(db, target)
    const pages = pagesOf(db, filter, tail)
    if (args.json) await printJson(pages, args)
    else await printText(pages, args)
    return 0
  })
}

async function* pagesOf(
  db: Connection,
  filter: Omit<ErrorListing, 'before' | 'limit'>,
  tail: number,
): AsyncGenerator<ErrorRow[]> {
  let left = tail
  let before: number | undefined
  while (left > 0 && !process.stdout.destroyed) {
    const limit = Math.min(left, pageSize)
    const page = await listErrors(db, { ...filter, before, limit })
    yield page
    if (page.length < limit) return
    left -= page.length
    before = page.at(-1)?.id
  }
}

async function printJson(pages: AsyncIterable<ErrorRow[]>, session: Session): Promise<void> {
  const errors: unknown[] = []
  for await (const page of pages) errors.push(...page.map(errorData))
  print(session, { errors }, () => '')
}

async function printText(pages: AsyncIterable<ErrorRow[]>, args: Arguments): Promise<void> {
  const seen = new Set<string>()
  if (args.format === 'tsv') print(args, null, () => columns.join('\t'))
  let rows = 0
  for await (const page of pages) {
    rows += page.length
    print(args, null, () => page.flatMap((row) => linesOf(row, args.format, seen)).join('\n'))
  }
  if (rows === 0 && args.format === undefined) print(args, null, () => 'no errors')
}

function linesOf(row: ErrorRow, format: Arguments['format'], seen: Set<string>): string[] {
  if (format === 'tsv') return [columns.map((column) => oneLine(String(row[column] ?? ''))).join('\t')]
  if (format === undefined) return [lineWithItem(row)]
  if (row.htid === null || seen.has(row.htid)) return []
  seen.add(row.htid)
  return [row.htid]
}

function lineWithItem(row: ErrorRow): string {
  const what = row.htid ?? row.record_id
  return what === null || row.message.includes(what) ? errorLine(row) : errorLine(row, what)
}
