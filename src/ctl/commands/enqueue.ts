import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import type { Database } from '../../state/connection.ts'
import { type EnqueueOptions, requestItems } from '../../state/queue/enqueue.ts'
import { type RequestedPage, requestPage } from '../../state/queue/request-page.ts'
import type { Session } from '../command.ts'
import { readIdsFile, sortIds } from '../item-ids.ts'
import { withState } from '../open.ts'
import { note, print } from '../print.ts'
import { chosenTargets } from '../targets.ts'
import { plural } from '../units.ts'

interface Arguments extends Session {
  readonly ids?: readonly string[]
  readonly idsFile?: string
  readonly all: boolean
  readonly lane?: EnqueueOptions['lane']
  readonly target?: string
}

const pageSize = 1_000

export async function run(args: Arguments): Promise<number> {
  const named = [...(args.ids ?? []), ...(args.idsFile === undefined ? [] : await readIdsFile(args.idsFile))]
  if (args.all && named.length > 0) throw new SlipError('USAGE', '--all goes without ids')
  if (!args.all && named.length === 0) throw new SlipError('USAGE', 'name ids, a file of ids, or --all')
  return withState(args, async ({ db }) => {
    const targets = await chosenTargets(db, args.target)
    const options = { lane: args.lane ?? (args.all ? 'bulk' : 'ops'), reason: 'ctl' } as const
    return args.all ? enqueueAll(db, targets, options, args) : enqueueNamed(db, targets, { named, options, args })
  })
}

async function enqueueAll(db: Database, targets: string[], options: EnqueueOptions, session: Session): Promise<number> {
  let items = 0
  let after: string | null = ''
  while (after !== null) {
    const page: { after: string; size: number } = { after, size: pageSize }
    const done: RequestedPage = await db.transaction((tx) => requestPage(tx, targets, page, options))
    items += done.items
    after = done.after
  }
  print(session, { enqueued: items, lane: options.lane, targets, invalid: [], unknown: [] }, () =>
    told(items, targets, options),
  )
  return exitCodes.done
}

interface Named {
  readonly named: readonly string[]
  readonly options: EnqueueOptions
  readonly args: Arguments
}

async function enqueueNamed(db: Database, targets: string[], { named, options, args }: Named): Promise<number> {
  const { htids, invalid } = sortIds(named)
  const enqueued = new Set<string>()
  for (let from = 0; from < htids.length; from += pageSize) {
    const page = htids.slice(from, from + pageSize)
    await db.transaction(async (tx) => {
      for (const target of targets) for (const id of await requestItems(tx, target, page, options)) enqueued.add(id)
    })
  }
  const unknown = htids.filter((htid) => !enqueued.has(htid))
  print(args, { enqueued: enqueued.size, lane: options.lane, targets, invalid, unknown }, () =>
    told(enqueued.size, targets, options),
  )
  for (const { id, problem } of invalid) note(`not enqueued: ${JSON.stringify(id.slice(0, 300))} ${problem}`)
  for (const id of unknown) note(`not enqueued: ${id} has no row in slip_rights: no source named it yet`)
  return invalid.length + unknown.length > 0 ? exitCodes.someRejected : exitCodes.done
}

const told = (items: number, targets: readonly string[], { lane }: EnqueueOptions): string =>
  `enqueued ${plural(items, 'item')} in lane ${lane} for ${targets.join(', ')}`
