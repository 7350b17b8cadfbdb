import type { ErrorSelection } from '../../state/audit/error-selection.ts'
import { type ErrorRow, listErrors } from '../../state/audit/errors.ts'
import type { Connection } from '../../state/connection.ts'
import { type ErrorArguments, errorSelection } from '../error-selection.ts'
import { errorData, errorLine } from '../error-text.ts'
import { oneId } from '../item-ids.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { assertOneForm, printArray, printLines, printTsv, tailOption } from '../rows.ts'

interface Arguments extends ErrorArguments {
  readonly id?: readonly string[]
  readonly all: boolean
  readonly tail?: number
  readonly format?: 'ids' | 'tsv'
}

const pageSize = 1_000
const columns = ['id', 'error_time', 'target', 'htid', 'source', 'record_id', 'code', 'resolution', 'message'] as const

export async function run(args: Arguments): Promise<number> {
  assertOneForm(args)
  const tail = tailOption(args.tail)
  const htids = args.id?.map(oneId)
  const selected = errorSelection(args, args.all)
  return withState(args, async ({ db }) => {
    const pages = errorPages(db, { ...(await selected(db)), htids }, tail)
    if (args.json) await printArray('errors', { pages, data: errorData })
    else if (args.format === 'tsv') await printTsv(columns, { pages })
    else if (args.format === 'ids') await printLines({ pages }, onlyNew())
    else if ((await printLines({ pages }, lineWithItem)) === 0) print(args, null, () => 'no errors')
    return 0
  })
}

/** Newest first, until the end or `tail` of them. */
export async function* errorPages(
  db: Connection,
  selection: ErrorSelection,
  tail = Number.POSITIVE_INFINITY,
): AsyncGenerator<ErrorRow[]> {
  let left = tail
  let before: number | undefined
  while (left > 0) {
    const limit = Math.min(left, pageSize)
    const page = await listErrors(db, selection, { before, limit })
    yield page
    if (page.length < limit) return
    left -= page.length
    before = page.at(-1)?.id
  }
}

/** The item of an error, each once; none for an error of a source. */
function onlyNew(): (row: ErrorRow) => string | null {
  const seen = new Set<string>()
  return ({ htid }) => {
    if (htid === null || seen.has(htid)) return null
    seen.add(htid)
    return htid
  }
}

function lineWithItem(row: ErrorRow): string {
  const what = row.htid ?? row.record_id
  return what === null || row.message.includes(what) ? errorLine(row) : errorLine(row, what)
}
