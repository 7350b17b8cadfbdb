import { openTargetEngine } from '../../daemon/engines.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { findSetbacks, type Repaired, repair } from '../../operations/repair.ts'
import { listTargets, type Target } from '../../state/control/target.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { note, print } from '../print.ts'
import { ProgressBar } from '../progress.ts'
import { oneTarget } from '../targets.ts'
import { plural } from '../units.ts'

interface Arguments extends Session {
  readonly target: string
  readonly dryRun: boolean
  readonly lane: 'ops' | 'bulk'
}

export async function run(args: Arguments): Promise<number> {
  const { lane, dryRun } = args
  return withState(args, async ({ config, state, db }) => {
    const target = await oneTarget(db, config, args.target)
    const known = (await listTargets(db)).find(({ name }) => name === target) as Target
    const { engine, close } = await openTargetEngine(config, state, target)
    const { found, away } = await findSetbacks({ db, engine, target: known }, { dryRun }).finally(close)
    for (const [shard, { message }] of away) note(`shard ${target}/${shard} was not compared: ${message}`)
    const ahead = found.find(({ isAhead }) => isAhead)
    if (ahead !== undefined) {
      const message = `shard ${target}/${ahead.shard} is ahead of the database; first: slipctl index adopt ${target}`
      throw new SlipError('USAGE', message, { place: { target, shard: ahead.shard } })
    }
    const bar = new ProgressBar(process.stderr)
    const onPage = (items: number) => bar.show(items, items, 'items of the ledger read')
    const repaired = await repair(db, target, found, { lane, dryRun, onPage })
    bar.clear()
    print(args, { target, dryRun, shards: repaired }, () => text(target, dryRun, repaired))
    return repaired.every(({ whole }) => whole) ? exitCodes.done : exitCodes.stopped
  })
}

function text(target: string, dryRun: boolean, repaired: readonly Repaired[]): string {
  if (repaired.length === 0) return `${target}: no shard is behind`
  const done = dryRun ? 'would be requested' : 'requested'
  return repaired
    .map(({ shard, from, requested, whole }) => {
      const since =
        from === 0 ? 'everything' : `what was settled since ${new Date(Math.floor(from / 1000)).toISOString()}`
      const end = whole ? '' : '; it was set back again meanwhile: run it once more'
      return `${target}/${shard}: ${plural(requested, 'item')} ${done}, ${since}${end}`
    })
    .join('\n')
}
