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
    const [resumed, left] = await db.transaction(async (tx) => {
      const isThis = (other: { kind: string; name: string }) => other.kind === scope.kind && other.name === scope.name
      const wasPaused = (await readPauses(tx)).some(isThis)
      // also a row whose time is over
      await resume(tx, scope)
      return [wasPaused, await readPauses(tx)] as const
    })
    const stillPaused = left.map(scopeText)
    const text = scopeText(scope)
    print(args, { scope: text, resumed, stillPaused }, () => {
      const done = resumed ? `resumed ${text}` : `${text} was not paused`
      return stillPaused.length === 0 ? done : `${done}; still paused: ${stillPaused.join(', ')}`
    })
    return 0
  })
}
