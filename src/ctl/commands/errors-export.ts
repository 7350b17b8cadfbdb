import type { ErrorRow } from '../../state/audit/errors.ts'
import { type ErrorArguments, errorSelection } from '../error-selection.ts'
import { errorData } from '../error-text.ts'
import { withState } from '../open.ts'
import { exportRows } from '../rows.ts'
import { errorPages } from './errors-list.ts'

interface Arguments extends ErrorArguments {
  readonly all: boolean
}

const columns = [
  ...['id', 'error_time', 'target', 'htid', 'source', 'record_id', 'rev', 'shard', 'stage', 'code', 'class'],
  ...['message', 'pattern', 'detail', 'attempts', 'host', 'pid', 'worker', 'resolved_at', 'resolution', 'note'],
] as readonly (keyof ErrorRow)[]

export async function run(args: Arguments): Promise<number> {
  const selected = errorSelection(args, args.all)
  return withState(args, async ({ db }) => {
    const pages = errorPages(db, await selected(db))
    await exportRows(args, columns, { pages, data: errorData })
    return 0
  })
}
