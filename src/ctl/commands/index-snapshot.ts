import { openTargetEngine } from '../../daemon/engines.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { ProgressBar } from '../progress.ts'
import { snapshotNamed } from '../snapshot-name.ts'
import { oneTarget } from '../targets.ts'
import { plural } from '../units.ts'

interface Arguments extends Session {
  readonly name: string
  readonly target?: string
}

export async function run(args: Arguments): Promise<number> {
  const name = snapshotNamed(args.name)
  return withState(args, async ({ config, state, db }) => {
    const target = await oneTarget(db, config, args.target)
    const shards = config.targets[target]?.shards ?? 0
    const { engine, close } = await openTargetEngine(config, state, target)
    const bar = new ProgressBar(process.stderr)
    let done = 0
    const show = () => bar.show(done, shards, `shards of ${target} kept`)
    try {
      show()
      await engine.snapshot(name, shards, () => {
        done++
        show()
      })
    } finally {
      bar.clear()
      await close()
    }
    print(
      args,
      { target, snapshot: name, shards },
      () => `${target}: ${plural(shards, 'shard')} kept as snapshot ${name}`,
    )
    return exitCodes.done
  })
}
