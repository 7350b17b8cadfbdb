import { parseDuration } from '../../config/duration.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { listWorkers } from '../../state/audit/workers.ts'
import type { Database } from '../../state/connection.ts'
import { type Pause, pause, readPauses, type Scope, scopeText } from '../../state/control/pause.ts'
import type { Session } from '../command.ts'
import { drain, waitingFor } from '../drain.ts'
import { asTyped } from '../next-step.ts'
import { withState } from '../open.ts'
import { person, shortReason } from '../person.ts'
import { note, print } from '../print.ts'
import { knownScope } from '../scope.ts'
import { moment } from '../units.ts'

interface Arguments extends Session {
  readonly scope: string
  readonly for?: string
  readonly reason: string
  readonly drain: boolean
  readonly timeout?: string
}

export async function run(args: Arguments): Promise<number> {
  const forMs = milliseconds('for', args.for)
  const timeoutMs = milliseconds('timeout', args.timeout)
  if (timeoutMs !== undefined && !args.drain) throw new SlipError('USAGE', '--timeout goes with --drain')
  const reason = shortReason(args.reason)
  return withState(args, async ({ db }) => {
    const scope = await knownScope(db, args.scope)
    const options = { by: person(), reason, drain: args.drain, ...(forMs && { forMs }) }
    const [before, now] = await db.transaction(async (tx) => {
      const find = async () =>
        (await readPauses(tx)).find(({ kind, name }) => kind === scope.kind && name === scope.name)
      const found = await find()
      await pause(tx, scope, options)
      return [found, (await find()) as Pause] as const
    })
    const { until, by, pausedAt } = now
    const already = before !== undefined
    if (scope.kind === 'host') await tellHost(db, scope.name)
    const data = { scope: scopeText(scope), paused: true, already, pausedAt, until, by, reason: now.reason }
    if (!args.drain) {
      print(args, data, () => told(now, before))
      return exitCodes.done
    }
    if (!args.json) print(args, null, () => told(now, before))
    return untilDrained(db, scope, { args, timeoutMs, data })
  })
}

/** A host may be paused before its daemons ever ran, so a slip of the keys is no error. */
async function tellHost(db: Database, name: string): Promise<void> {
  const hosts = new Set((await listWorkers(db)).filter(({ state }) => state === 'alive').map(({ host }) => host))
  if (!hosts.has(name)) note(`no daemon runs on ${name} now; hosts of daemons: ${[...hosts].join(', ') || 'none'}`)
}

interface Draining {
  readonly args: Arguments
  readonly timeoutMs: number | undefined
  readonly data: object
}

async function untilDrained(db: Database, scope: Scope, { args, timeoutMs, data }: Draining): Promise<number> {
  const stays = asTyped(`the pause stays in force; slipctl resume ${scopeText(scope)} ends it`, args)
  const onInterrupt = () => note(`\n${stays}`)
  process.once('SIGINT', onInterrupt)
  try {
    const { end, left } = await drain(db, scope, timeoutMs)
    const text = scopeText(scope)
    print(args, { ...data, drained: end === 'drained', end, left }, () => {
      if (end === 'drained') return `drained ${text}: everybody has read the pause, and nothing in it is claimed`
      if (end === 'resumed') return `${text} is not paused any more; it was not drained: ${waitingFor(left)}`
      return `not drained within ${args.timeout}, still ${waitingFor(left)}; ${stays}`
    })
    return end === 'drained' ? exitCodes.done : exitCodes.stopped
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

const longestMs = 3_650 * 86_400_000

/** A slip of the keys is no pause of centuries: for ever is said by leaving the option out. */
function milliseconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0 && ms <= longestMs) return ms
  throw new SlipError('USAGE', `--${option} ${text} is not a duration such as 30m, 2h or 1d, at most 3650d`)
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
