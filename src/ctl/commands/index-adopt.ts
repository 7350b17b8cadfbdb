import { openTargetEngine } from '../../daemon/engines.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { type Adopted, adopt } from '../../operations/adopt.ts'
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
  readonly yes: boolean
}

export async function run(args: Arguments): Promise<number> {
  const { dryRun, yes } = args
  return withState(args, async ({ config, state, db }) => {
    const name = await oneTarget(db, config, args.target)
    const target = (await listTargets(db)).find((known) => known.name === name) as Target
    const { engine, close } = await openTargetEngine(config, state, name)
    const bar = new ProgressBar(process.stderr)
    try {
      let total = 0
      for (let shard = 1; shard <= target.shards; shard++) total += await engine.count(shard)
      const onPage = (items: number) => bar.show(items, Math.max(items, total), 'items compared')
      const onUnowned = (htid: string) => print(args, { target: name, htid }, () => htid)
      const adopted = await adopt({ db, engine, target }, { dryRun, removeUnowned: yes, onPage, onUnowned })
      bar.clear()
      tell(args, name, adopted)
      return exitCodeOf(args, adopted)
    } finally {
      await close()
    }
  })
}

function exitCodeOf({ dryRun, yes }: Arguments, { busy, ahead, unowned }: Adopted): number {
  if (busy.length > 0 || ahead.length > 0) return dryRun ? exitCodes.done : exitCodes.stopped
  return unowned > 0 && (dryRun || !yes) ? exitCodes.someRejected : exitCodes.done
}

/** The ids without rights went to standard output, where a script reads them; the rest is told beside. */
function tell(args: Arguments, target: string, adopted: Adopted): void {
  const { items, differing, missing, found, raised, strays, unowned, busy, ahead } = adopted
  print(args, { target, dryRun: args.dryRun, ...adopted }, () => '')
  if (args.json) return
  const again = args.dryRun ? 'to be indexed again or removed' : 'indexed again or removed by the sweep'
  note(`${target}: ${plural(items, 'item')} compared`)
  note(`  ${differing} that differ, ${missing} missing in the index: ${again}`)
  if (found > 0) note(`  ${found} found before, and not yet requested: ${again}`)
  note(
    `  ${raised} with a higher fence only; ${plural(strays, 'document')} in a second shard${args.dryRun ? '' : ', removed'}`,
  )
  if (unowned > 0) {
    const fate = args.yes && !args.dryRun ? 'removed' : 'kept; --yes removes them'
    note(`  ${unowned} without rights, listed: ${fate}`)
  }
  if (busy.length > 0) note(`  ${busy.length} claimed: ${args.dryRun ? 'to be waited for' : 'run it once more'}`)
  for (const { shard, reason } of ahead) note(`  shard ${shard} is ahead again, run it once more: ${reason}`)
}
