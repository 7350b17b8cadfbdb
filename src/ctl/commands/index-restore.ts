import { openTargetEngine } from '../../daemon/engines.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { type RestoredShard, recordRestored } from '../../operations/restored.ts'
import type { Database } from '../../state/connection.ts'
import { pause, readPauses, resume, type Scope, scopeText } from '../../state/control/pause.ts'
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

/**
 * Nothing is claimed for the target meanwhile: an index that is being set back takes nothing, or loses it again. When it does
 * not come to its end the pause stays, for nobody knows what the shards hold.
 */
async function whilePaused(args: Arguments, opened: Opened, restore: Restore): Promise<number> {
  const { db } = opened
  const scope: Scope = { kind: 'target', name: restore.target }
  const stays = asTyped(
    `${scopeText(scope)} stays paused; call it again, or end the pause with: slipctl resume ${scopeText(scope)}`,
    args,
  )
  const onInterrupt = () => note(`\n${stays}`)
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt)
  const isTheirs = await pauseFor(db, scope, restore.name)
  let restored: readonly RestoredShard[]
  try {
    const { end, left } = await drain(db, scope, undefined)
    if (end !== 'drained') {
      note(`${scopeText(scope)} was resumed meanwhile, nothing was restored: still ${waitingFor(left)}`)
      return exitCodes.stopped
    }
    restored = await restoreAll(opened, restore)
  } catch (error) {
    note(stays)
    throw error
  } finally {
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt)
  }
  if (!isTheirs) await resume(db, scope)
  print(args, { target: restore.target, snapshot: restore.name, paused: isTheirs, shards: restored }, () =>
    text(args, restore, restored),
  )
  if (isTheirs) note(`${scopeText(scope)} stays paused, as it was`)
  return exitCodes.done
}

const ours = 'restore of snapshot '

/** Whether a person has paused it already: then it stays so. What a restore paused that was broken off is ours. */
async function pauseFor(db: Database, scope: Scope, snapshot: string): Promise<boolean> {
  const found = (await readPauses(db)).find(({ kind, name }) => kind === scope.kind && name === scope.name)
  if (found !== undefined && !found.reason.startsWith(ours)) return true
  await pause(db, scope, { by: person(), reason: ours + snapshot, drain: true })
  return false
}

async function restoreAll({ config, state, db }: Opened, { target, name, shards }: Restore): Promise<RestoredShard[]> {
  const { engine, close } = await openTargetEngine(config, state, target)
  const bar = new ProgressBar(process.stderr)
  const done: number[] = []
  const show = () => bar.show(done.length, shards, `shards of ${target} set back`)
  try {
    show()
    await engine.restore(name, shards, (shard) => {
      done.push(shard)
      show()
    })
    return await recordRestored({ db, engine, target }, done, name)
  } catch (error) {
    if (done.length > 0)
      await recordRestored({ db, engine, target }, done, name).catch((second: Error) =>
        note(`${target}: shards ${done.join(', ')} were set back, and it could not be recorded: ${second.message}`),
      )
    throw error
  } finally {
    bar.clear()
    await close()
  }
}

function text(args: Arguments, { target, name }: Restore, restored: readonly RestoredShard[]): string {
  const shards = restored.map(({ shard, from }) => {
    const lacks =
      from === 0 ? 'everything' : `what was settled since ${new Date(Math.floor(from / 1000)).toISOString()}`
    return `${target}/${shard}: set back to snapshot ${name}, behind: it lacks ${lacks}`
  })
  return [...shards, asTyped(`Next: slipctl index repair ${target}`, args)].join('\n')
}
