import { createHash } from 'node:crypto'
import { SlipError } from '../errors/slip-error.ts'
import { countGroups, type ErrorGroup } from '../state/audit/error-groups.ts'
import type { ErrorSelection } from '../state/audit/error-selection.ts'
import type { Connection } from '../state/connection.ts'
import type { Session } from './command.ts'
import { knownCode } from './error-text.ts'
import { chosenTargets } from './targets.ts'
import { timeOption } from './time-option.ts'

/** Options that select errors, as typed. */
export interface ErrorArguments extends Session {
  readonly code?: string
  readonly target?: string
  readonly group?: string
  readonly since?: string
  readonly until?: string
}

/**
 * The errors meant, once a database can be asked. Throws USAGE for a code, time or key that is none; then USAGE for an
 * unknown target, NOT_FOUND for a group no error is in.
 *
 * @param all resolved ones too
 */
export function errorSelection(args: ErrorArguments, all: boolean): (db: Connection) => Promise<ErrorSelection> {
  const { target, group } = args
  const [since, until] = [timeOption('since', args.since), timeOption('until', args.until)]
  const selection = { target, code: knownCode(args.code), all }
  if (group !== undefined && !/^[0-9a-f]{8}$/i.test(group)) {
    throw new SlipError(
      'USAGE',
      `--group ${group} is not the key of a group: eight hex digits, as errors groups prints it`,
    )
  }
  return async (db) => {
    if (target !== undefined) await chosenTargets(db, target)
    const found = group === undefined ? undefined : await namedGroup(db, group, selection)
    return { ...selection, ...found, since: await since?.(db), until: await until?.(db) }
  }
}

/**
 * What a person types to name a group: made of what makes it one, so it is the same tomorrow and on another host. It is
 * kept nowhere; it is found again among the groups there are.
 */
export function groupKey({ target, code, pattern }: ErrorGroup): string {
  return createHash('sha256')
    .update(JSON.stringify([target, code, pattern]))
    .digest('hex')
    .slice(0, 8)
}

async function namedGroup(db: Connection, key: string, selection: ErrorSelection): Promise<ErrorGroup> {
  const found = (await countGroups(db, selection)).filter((group) => groupKey(group) === key.toLowerCase())
  if (found.length > 1) throw new SlipError('USAGE', `${key} is the key of two groups; name --code or --target too`)
  for (const { target, code, pattern } of found) return { target, code, pattern }
  const which = selection.all ? 'error' : 'unresolved error'
  throw new SlipError('NOT_FOUND', `there is no ${which} of group ${key}`)
}
