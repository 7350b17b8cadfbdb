import { closeBreaker } from '../../state/control/breaker.ts'
import { readPauses, resume, scopeText } from '../../state/control/pause.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { knownScope } from '../scope.ts'

interface Arguments extends Session {
  readonly scope: string
}

export async function run(args: Arguments): Promise<number> {
  return withState(args, async ({ db }) => {
    const scope = await knownScope(db, args.scope)
    const [resumed, reopened, left] = await db.transaction(async (tx) => {
      const isThis = (other: { kind: string; name: string }) => other.kind === scope.kind && other.name === scope.name
      const wasPaused = (await readPauses(tx)).some(isThis)
      // also a row whose time is over
      await resume(tx, scope)
      const { kind, name } = scope
      const wasSuspended = (kind === 'target' || kind === 'shard') && (await closeBreaker(tx, { kind, name }))
      return [wasPaused, wasSuspended, await readPauses(tx)] as const
    })
    const stillPaused = left.map(scopeText)
    const text = scopeText(scope)
    print(args, { scope: text, resumed, reopened, stillPaused }, () => {
      const done = resumed || reopened ? `resumed ${text}` : `${text} was not paused`
      return stillPaused.length === 0 ? done : `${done}; still paused: ${stillPaused.join(', ')}`
    })
    return 0
  })
}
