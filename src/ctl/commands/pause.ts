import { userInfo } from 'node:os'
import { parseDuration } from '../../config/duration.ts'
import { hostName } from '../../daemon/identity.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { type Pause, pause, readPauses, scopeText } from '../../state/control/pause.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { knownScope } from '../scope.ts'
import { moment } from '../units.ts'

interface Arguments extends Session {
  readonly scope: string
  readonly for?: string
  readonly reason: string
}

export async function run(args: Arguments): Promise<number> {
  const forMs = args.for === undefined ? undefined : milliseconds(args.for)
  return withState(args, async ({ db }) => {
    const scope = await knownScope(db, args.scope)
    const options = { by: `${userInfo().username}@${hostName}`, reason: args.reason, ...(forMs && { forMs }) }
    const [before, now] = await db.transaction(async (tx) => {
      const find = async () =>
        (await readPauses(tx)).find(({ kind, name }) => kind === scope.kind && name === scope.name)
      const found = await find()
      await pause(tx, scope, options)
      return [found, (await find()) as Pause] as const
    })
    const { until, reason, by, pausedAt } = now
    print(
      args,
      { scope: scopeText(scope), paused: true, already: before !== undefined, pausedAt, until, by, reason },
      () => told(now, before),
    )
    return 0
  })
}

const longestMs = 3_650 * 86_400_000

/** A slip of the keys is no pause of centuries: for ever is said by leaving `--for` out. */
function milliseconds(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0 && ms <= longestMs) return ms
  throw new SlipError('USAGE', `--for ${text} is no time such as 30m, 2h or 1d, at most 3650d`)
}

function told(now: Pause, before: Pause | undefined): string {
  const scope = scopeText(now)
  if (before === undefined) return `paused ${scope} ${terms(now)}`
  const since = `${scope} was paused already, since ${moment(before.pausedAt)} UTC`
  return terms(before) === terms(now)
    ? `${since}; nothing changed`
    : `${since}; now ${terms(now)}, before ${terms(before)}`
}

function terms({ until, reason }: Pause): string {
  const end = until === null ? 'until it is resumed' : `until ${moment(until)} UTC`
  return reason === '' ? end : `${end} (${reason})`
}
