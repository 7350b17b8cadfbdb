import { queueColumns } from '../../state/audit/queue-list.ts'
import { jsonRow } from '../json-text.ts'
import { withState } from '../open.ts'
import { type QueueArguments, queueSelection } from '../queue-selection.ts'
import { exportRows } from '../rows.ts'
import { queuePages } from './queue-list.ts'

export async function run(args: QueueArguments): Promise<number> {
  const selected = queueSelection(args)
  return withState(args, async ({ db }) => {
    const pages = queuePages(db, await selected(db))
    await exportRows(args, queueColumns, { pages, data: jsonRow })
    return 0
  })
}
