import { openTargetEngine } from '../../daemon/engines.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { type RestoredIndex, restoreIndex } from '../../operations/restore-index.ts'
import type { RestoredShard } from '../../operations/restored.ts'
import type { Database } from '../../state/connection.ts'
import { readPauses, type Scope, scopeText } from '../../state/control/pause.ts'
import { type Confirmation, wouldDo } from '../confirm.ts'
import { drain, waitingFor } from '../drain.ts'
import { asTyped } from '../next-step.ts'
import { type Opened, withState } from '../open.ts'
import { person } from '../person.ts'
import { note, print } from '../print.ts'
import { ProgressBar } from '../progress.ts'
import { snapshotNamed } from '../snapshot-name.ts'
import { oneTarget } from '../targets.ts'
import { plural } from '../units.ts'

interface Arguments extends Confirmation {
  readonly name: string
  readonly target?: string
}

interface Restore {
  readonly target: string
  readonly name: string
  readonly shards: number
}

export async function run(args: Arguments): Promise<number> {
  const name = snapshotNamed(args.name)
  return withState(args, async (opened) => {
    const { config, db } = opened
    const target = await oneTarget(db, config, args.target)
    const shards = config.targets[target]?.shards ?? 0
    if (!args.yes || args.dryRun)
      return wouldDo(
        args,
        { target, snapshot: name, shards },
        () =>
          `${target}: ${plural(shards, 'shard')} would be set back to snapshot ${name}, with the target paused meanwhile; what came since is requested again by slipctl index repair`,
      )
    return whilePaused(args, opened, { target, name, shards })
  })
}

async function whilePaused(args: Arguments, opened: Opened, restore: Restore): Promise<number> {
  const { config, state, db } = opened
  const { target, name, shards } = restore
  const scope: Scope = { kind: 'target', name: target }
  const stays = asTyped(
    `${scopeText(scope)} stays paused; call it again, or end the pause with: slipctl resume ${scopeText(scope)}`,
    args,
  )
  const onInterrupt = () => note(`\n${stays}`)
  let isPaused = false
  const drained = async () => {
    isPaused = true
    process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt)
    const { end, left } = await drain(db, scope, undefined)
    if (end !== 'drained')
      note(`${scopeText(scope)} was resumed meanwhile, nothing was restored: still ${waitingFor(left)}`)
    return end === 'drained'
  }
  const { engine, close } = await openTargetEngine(config, state, target)
  const bar = new ProgressBar(process.stderr)
  const onShard = (done: number) => bar.show(done, shards, `shards of ${target} set back`)
  try {
    const restored = await restoreIndex({ db, engine, target, shards }, { name, by: person(), drained, onShard })
    bar.clear()
    if (restored === null) return exitCodes.stopped
    await tell(args, db, restore, restored)
    return exitCodes.done
  } catch (error) {
    bar.clear()
    if (isPaused) note(stays)
    throw error
  } finally {
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt)
    await close()
  }
}

async function tell(args: Arguments, db: Database, restore: Restore, { shards, pause }: RestoredIndex): Promise<void> {
  const { target, name: snapshot } = restore
  const isPaused = (await readPauses(db)).some(({ kind, name }) => kind === 'target' && name === target)
  print(args, { target, snapshot, paused: isPaused, shards }, () => text(args, restore, shards))
  if (isPaused) note(`target:${target} stays paused, as a person has said`)
  else if (pause !== null) note(`target:${target} is not paused any more: that has ended by its time, or was ended`)
}

function text(args: Arguments, { target, name }: Restore, restored: readonly RestoredShard[]): string {
  const shards = restored.map(({ shard, from }) => {
    const lacks =
      from === 0 ? 'everything' : `what was settled since ${new Date(Math.floor(from / 1000)).toISOString()}`
    return `${target}/${shard}: set back to snapshot ${name}, behind: it lacks ${lacks}`
  })
  return [...shards, asTyped(`Next: slipctl index repair ${target}`, args)].join('\n')
}
