import type { QueueSelection } from '../../state/audit/queue-list.ts'
import { type ListedRow, listQueue, newestQueued, queueColumns } from '../../state/audit/queue-list.ts'
import type { Connection } from '../../state/connection.ts'
import { oneLine } from '../error-text.ts'
import { jsonRow } from '../json-text.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { type QueueArguments, queueSelection } from '../queue-selection.ts'
import { assertOneForm, printArray, printLines, printTsv, tailOption } from '../rows.ts'
import { chosenTargets } from '../targets.ts'
import { moment, plural } from '../units.ts'

interface Arguments extends QueueArguments {
  readonly tail?: number
  readonly format?: 'ids' | 'tsv'
}

const pageSize = 1_000
/** They are sorted, and so in memory. */
const longestTail = 10_000

export async function run(args: Arguments): Promise<number> {
  assertOneForm(args)
  const tail = tailOption(args.tail, longestTail)
  const selected = queueSelection(args)
  return withState(args, async ({ db }) => {
    const selection = await selected(db)
    const pages = tail === undefined ? queuePages(db, selection) : newestPage(db, selection, tail)
    if (args.json) await printArray('queue', { pages, data: jsonRow })
    else if (args.format === 'tsv') await printTsv(queueColumns, { pages })
    else if (args.format === 'ids') await printLines({ pages }, ({ htid }) => htid)
    else if ((await printLines({ pages }, lineOf)) === 0) print(args, null, () => 'nothing is queued')
    return 0
  })
}

/** In id order, target by target. */
export async function* queuePages(db: Connection, selection: QueueSelection): AsyncGenerator<ListedRow[]> {
  for (const target of await chosenTargets(db, selection.target)) {
    let after = ''
    for (;;) {
      const page = await listQueue(db, target, selection, { after, limit: pageSize })
      yield page
      if (page.length < pageSize) break
      after = page.at(-1)?.htid ?? ''
    }
  }
}

async function* newestPage(db: Connection, selection: QueueSelection, tail: number): AsyncGenerator<ListedRow[]> {
  yield await newestQueued(db, selection, tail)
}

function lineOf(row: ListedRow): string {
  const { htid, target, lane, state, shard, action, rev, attempts, enqueued_at, reason } = row
  const more = [
    `since ${moment(enqueued_at)} (${reason})`,
    action === 'delete' && 'to delete',
    row.hold && state === 'claimed' && 'to be held',
    attempts > 0 && plural(attempts, 'attempt'),
    row.host !== null && `at ${row.host} pid ${row.pid}`,
    row.available_at !== null && `until ${moment(row.available_at)}`,
    row.last_error !== null && oneLine(row.last_error),
  ]
  return `${htid}  ${target}/${shard}  ${lane}  ${state}  rev ${rev}, ${more.filter(Boolean).join(', ')}`
}
