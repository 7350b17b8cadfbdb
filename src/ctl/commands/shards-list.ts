import type { Config } from '../../config/load.ts'
import { openTargetEngine } from '../../daemon/engines.ts'
import { asSlipError } from '../../errors/slip-error.ts'
import { countUndrawn, listShardViews, type ShardView } from '../../state/audit/shards.ts'
import { databaseClock } from '../../state/clock.ts'
import { shardText } from '../../state/control/shard-name.ts'
import type { State } from '../../state/open-state.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { note, print } from '../print.ts'
import { table } from '../table.ts'
import { chosenTargets } from '../targets.ts'
import { age, plural, size } from '../units.ts'

interface Arguments extends Session {
  readonly target?: string
}

interface Entry extends ShardView {
  /** What the engine says of it; null = it was not asked, or did not answer, or does not tell. */
  readonly documents: number | null
  readonly bytes: number | null
  readonly diskFree: number | null
  /** Why it did not answer. */
  readonly away: string | null
}

export async function run(args: Arguments): Promise<number> {
  return withState(args, async ({ config, state, db }) => {
    const targets = await chosenTargets(db, args.target)
    const views = (await listShardViews(db)).filter(({ target }) => targets.includes(target))
    const asked = await Promise.all(targets.map((target) => askEngine(config, state, ofTarget(views, target), target)))
    const shards = asked.flat()
    const undrawn = await countUndrawn(db)
    const waiting = targets.map((target) => ({ target, items: undrawn.get(target) ?? 0 }))
    const now = await databaseClock(db)
    print(args, { shards, withoutShard: waiting, now }, () => listing(shards, now))
    if (args.json) return 0
    for (const { target, items } of waiting.filter(({ items }) => items > 0))
      note(`${target}: ${plural(items, 'item')} in the queue ${items === 1 ? 'has' : 'have'} no shard yet`)
    for (const shard of shards) if (shard.away !== null) note(`${shardText(shard)}: ${shard.away}`)
    return 0
  })
}

const ofTarget = (views: readonly ShardView[], name: string) => views.filter(({ target }) => target === name)

const unknown = { documents: null, bytes: null, diskFree: null } as const

/** Asks the engine of a target shard by shard: one that is away hides nothing of the others. */
async function askEngine(
  config: Config,
  state: State,
  views: readonly ShardView[],
  target: string,
): Promise<readonly Entry[]> {
  const unasked = (away: string) => views.map((view) => ({ ...view, ...unknown, away }))
  if (!(target in config.targets)) return unasked('its target is not in the configuration, so its engine is not asked')
  const { engine, close } = await openTargetEngine(config, state, target)
  try {
    const sizes = await Promise.allSettled(views.map(({ shard }) => engine.size(shard)))
    return views.map((view, at) => {
      const told = sizes[at]
      if (told?.status === 'fulfilled') return { ...view, ...told.value, away: null }
      const error = asSlipError(told?.reason)
      if (error.class !== 'environment') throw error
      return { ...view, ...unknown, away: error.message }
    })
  } finally {
    await close()
  }
}

function listing(shards: readonly Entry[], now: string): string {
  const rows = shards.map((shard) => [
    shardText(shard),
    stateOf(shard),
    shard.weight,
    shard.documents,
    shard.bytes === null ? '' : size(shard.bytes),
    shard.diskFree === null ? '' : size(shard.diskFree),
    shard.indexed,
    shard.sampledAt === null ? 'never' : `${age(shard.sampledAt, now)} ago`,
    shard.waiting,
    shard.markedAt === null ? 'none' : `${age(shard.markedAt, now)} ago`,
    shard.suspendedFor ?? shard.reason,
  ])
  const headings = [
    'shard',
    'state',
    'weight',
    'documents',
    'bytes',
    'disk free',
    'ledger',
    'counted',
    'waiting',
    'marker',
    'reason',
  ]
  return table(headings, rows)
}

/** Suspended is no state of its own: the shard is again what it was when it answers. */
function stateOf({ state, suspendedFor, away }: Entry): string {
  return [state, ...(suspendedFor === null ? [] : ['suspended']), ...(away === null ? [] : ['away'])].join(', ')
}
