import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import type { Connection, Database } from '../../state/connection.ts'
import { type EnqueueOptions, requestItems } from '../../state/queue/enqueue.ts'
import { type RequestedPage, requestPage } from '../../state/queue/request-page.ts'
import type { Session } from '../command.ts'
import { type NamedItems, type NamingArguments, namedItems, tellUnserved, throughPages } from '../named-items.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { chosenTargets } from '../targets.ts'
import { plural } from '../units.ts'

interface Arguments extends NamingArguments {
  readonly all: boolean
  readonly lane?: EnqueueOptions['lane']
  readonly target?: string
}

const pageSize = 1_000

export async function run(args: Arguments): Promise<number> {
  const named = namedItems(args)
  if (args.all && named !== undefined) throw new SlipError('USAGE', '--all goes without ids')
  if (!args.all && named === undefined)
    throw new SlipError('USAGE', 'name ids, a file of ids, - for standard input, or --all')
  return withState(args, async ({ db }) => {
    const targets = await chosenTargets(db, args.target)
    const options = { lane: args.lane ?? (args.all ? 'bulk' : 'ops'), reason: 'ctl' } as const
    return named === undefined
      ? enqueueAll(db, targets, options, args)
      : enqueueNamed(db, targets, named, { options, args })
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

interface Request {
  readonly options: EnqueueOptions
  readonly args: Arguments
}

async function enqueueNamed(
  db: Database,
  targets: string[],
  named: NamedItems,
  { options, args }: Request,
): Promise<number> {
  const request = async (tx: Connection, target: string, htids: readonly string[]) => {
    return { done: await requestItems(tx, target, htids, options), claimed: [] }
  }
  const outcomes = await throughPages(db, targets, named, request, { json: false })
  const { done: enqueued, unknown, invalid } = outcomes
  print(args, { enqueued, lane: options.lane, targets, invalid, unknown }, () => told(enqueued, targets, options))
  const others = unknown.map((id) => ({ id, why: 'has no row in slip_rights: no source named it yet' }))
  return tellUnserved('enqueued', outcomes, others)
}

const told = (items: number, targets: readonly string[], { lane }: EnqueueOptions): string =>
  `enqueued ${plural(items, 'item')} in lane ${lane} for ${targets.join(', ')}`
