import { openTargetEngine } from '../daemon/engines.ts'
import { exitCodes } from '../daemon/exit-codes.ts'
import { findDoubled } from '../operations/doubled.ts'
import { listTargets } from '../state/control/target.ts'
import type { Session } from './command.ts'
import { jsonText } from './json-text.ts'
import { asTyped } from './next-step.ts'
import { type Opened, withState } from './open.ts'
import { note, print } from './print.ts'
import { ProgressBar } from './progress.ts'
import { oneTarget } from './targets.ts'
import { plural } from './units.ts'

/** `verify --doubled`: the items that lie in two shards of a target. Returns the exit code. */
export async function verifyDoubled(args: Session & { readonly target?: string }): Promise<number> {
  return withState(args, async (opened) => {
    const named = args.target === undefined ? Object.keys(opened.config.targets) : [args.target]
    let found = 0
    for (const name of named) found += await verifyOne(opened, await oneTarget(opened.db, opened.config, name), args)
    return found > 0 ? exitCodes.mismatch : exitCodes.done
  })
}

/** Each is printed as it is found: none is kept. */
async function verifyOne({ config, state, db }: Opened, target: string, session: Session): Promise<number> {
  const shards = (await listTargets(db)).find(({ name }) => name === target)?.shards ?? 0
  const { engine, close } = await openTargetEngine(config, state, target)
  const bar = new ProgressBar(process.stderr)
  try {
    let total = 0
    for (let shard = 1; shard <= shards; shard++) total += await engine.count(shard)
    let doubled = 0
    const documents = await findDoubled(
      { engine, shards },
      {
        onPage: (read) => bar.show(read, Math.max(read, total), 'documents read'),
        onDoubled: ({ htid, shards }) => {
          doubled += 1
          process.stdout.write(`${session.json ? jsonText({ target, htid, shards }) : htid}\n`)
        },
      },
    )
    bar.clear()
    if (session.json) print(session, { target, documents, doubled }, () => '')
    else if (doubled === 0)
      print(session, null, () => `${target}: ${plural(documents, 'document')}, none in two shards`)
    else
      note(
        asTyped(
          `${target}: ${plural(doubled, 'item')} in two shards or more, of ${plural(documents, 'document')}; the scan puts that right, or at once: slipctl index adopt ${target}`,
          session,
        ),
      )
    return doubled
  } finally {
    await close()
  }
}
