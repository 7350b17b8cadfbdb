import type { Connection } from '../../state/connection.ts'
import { closeBreaker } from '../../state/control/breaker.ts'
import { parseScope, readPauses, resume, type Scope, scopeText } from '../../state/control/pause.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { knownScope } from '../scope.ts'

interface Arguments extends Session {
  readonly scope: string
}

export async function run(args: Arguments): Promise<number> {
  return withState(args, async ({ db }) => {
    const scope = await pausedOrKnown(db, args.scope)
    const [resumed, left] = await db.transaction(async (tx) => {
      const wasPaused = (await readPauses(tx)).some((pause) => isSame(pause, scope))
      // also a row whose time is over
      await resume(tx, scope)
      return [wasPaused, await readPauses(tx)] as const
    })
    const { kind, name } = scope
    const reopened = (kind === 'target' || kind === 'shard') && (await closeBreaker(db, { kind, name }))
    const stillPaused = left.map(scopeText)
    const text = scopeText(scope)
    print(args, { scope: text, resumed, reopened, stillPaused }, () => {
      const done = resumed || reopened ? `resumed ${text}` : `${text} was not paused`
      return stillPaused.length === 0 ? done : `${done}; still paused: ${stillPaused.join(', ')}`
    })
    return 0
  })
}

const isSame = (pause: Scope, scope: Scope) =>
  pause.kind === scope.kind && (scope.kind === 'all' || pause.name === scope.name)

/** What a hand paused by SQL can be resumed by the name that status shows, also where it names nothing there is. */
async function pausedOrKnown(db: Connection, text: string): Promise<Scope> {
  const scope = parseScope(text)
  return (await readPauses(db)).some((pause) => isSame(pause, scope)) ? scope : knownScope(db, text)
}
