import { SlipError } from '../../errors/slip-error.ts'
import { SeenIds } from '../../sources/seen-ids.ts'
import { countQueue, type QueueCount, type QueueSelection } from '../../state/audit/queue-list.ts'
import type { Connection, Database } from '../../state/connection.ts'
import type { Person } from '../../state/queue/person.ts'
import { purgeItems } from '../../state/queue/purge.ts'
import type { Session } from '../command.ts'
import { type Confirmation, wouldDo } from '../confirm.ts'
import {
  type NamedItems,
  type NamingArguments,
  namedItems,
  Outcomes,
  tellUnserved,
  throughPages,
} from '../named-items.ts'
import { withState } from '../open.ts'
import { neededReason, person } from '../person.ts'
import { print } from '../print.ts'
import { type QueueArguments, queueSelection } from '../queue-selection.ts'
import { section } from '../table.ts'
import { chosenTargets } from '../targets.ts'
import { plural } from '../units.ts'
import { queuePages } from './queue-list.ts'

interface Arguments extends NamingArguments, QueueArguments, Confirmation {
  readonly reason: string
}

export async function run(args: Arguments): Promise<number> {
  const named = namedItems(args)
  const selects = [args.state, args.lane, args.shard, args.origin, args.since].some((each) => each !== undefined)
  if (named === undefined && !selects) {
    throw new SlipError('USAGE', 'say which: ids, --ids-file, --state, --lane, --shard, --origin or --since')
  }
  if (named !== undefined && selects) throw new SlipError('USAGE', 'ids go without options that select')
  const by = { person: person(), reason: neededReason(args.reason) }
  const selected = queueSelection(args)
  return withState(args, async ({ db }) => {
    const selection = await selected(db)
    if (!args.yes || args.dryRun) return tellWhatWouldGo(args, await countAll(db, selection, named))
    const targets = await chosenTargets(db, selection.target)
    const outcomes =
      named === undefined
        ? await purgeSelected(db, selection, by, args)
        : await throughPages(db, targets, named, (tx, target, page) => purge(tx, target, page, by), args)
    return tellPurged(args, outcomes)
  })
}

async function purge(tx: Connection, target: string, htids: readonly string[], by: Person) {
  const { purged, claimed } = await purgeItems(tx, target, htids, by)
  return { done: purged, claimed }
}

/** A page is read and purged before the next is read: what is purged is not met again, what is claimed is passed. */
async function purgeSelected(
  db: Database,
  selection: QueueSelection,
  by: Person,
  { json }: Session,
): Promise<Outcomes> {
  const all = new Outcomes(json)
  const seen = new SeenIds()
  for await (const page of queuePages(db, selection)) {
    for (const [target, rows] of Map.groupBy(page, (row) => row.target)) {
      const htids = rows.map(({ htid }) => htid)
      const outcome = await db.transaction((tx) => purge(tx, target, htids, by))
      all.add([[target, outcome]], undefined, seen)
    }
  }
  return all
}

async function countAll(db: Connection, selection: QueueSelection, named?: NamedItems): Promise<QueueCount[]> {
  if (named === undefined) return countQueue(db, selection)
  const counts = new Map<string, QueueCount>()
  for await (const { htids } of named) {
    for (const count of await countQueue(db, { ...selection, htids })) {
      const key = `${count.target} ${count.lane} ${count.state}`
      counts.set(key, { ...count, items: count.items + (counts.get(key)?.items ?? 0) })
    }
  }
  return [...counts.values()]
}

function tellWhatWouldGo(args: Arguments, counts: readonly QueueCount[]): number {
  const sum = (rows: readonly QueueCount[]) => rows.reduce((total, { items }) => total + items, 0)
  const claimed = counts.filter(({ state }) => state === 'claimed')
  const data = { wouldPurge: sum(counts) - sum(claimed), claimed: sum(claimed), counts }
  return wouldDo(args, data, () => {
    const rows = counts.map(({ target, lane, state, items }) => {
      return [target, lane, state, items, state === 'claimed' ? 'left alone' : 'to go']
    })
    return section(
      `Would purge ${plural(data.wouldPurge, 'row')}`,
      ['target', 'lane', 'state', 'rows', ''],
      rows,
      'none is queued',
    )
  })
}

function tellPurged(args: Arguments, outcomes: Outcomes): number {
  const { done: purged, claimed, unknown, invalid } = outcomes
  print(
    args,
    { purged, claimed, targets: outcomes.targets, unknown, invalid },
    () => `purged ${plural(purged, 'item')}`,
  )
  return tellUnserved('purged', outcomes, [
    ...claimed.map((id) => ({ id, why: 'is claimed by a worker; hold it, and it stays when its claim ends' })),
    ...unknown.map((id) => ({ id, why: 'is not queued' })),
  ])
}
