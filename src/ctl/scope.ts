import { suggestion } from '../errors/nearest.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection } from '../state/connection.ts'
import { parseScope, type Scope, scopeText } from '../state/control/pause.ts'
import { listTargets } from '../state/control/target.ts'
import { lanes } from '../state/queue/lanes.ts'
import { shardNames } from './shards.ts'

const stages = ['rights', 'enqueue', 'index']

/**
 * The scope a person typed. Throws USAGE with the names there are when it is none of them; a host is taken as it is,
 * for one can be paused before its daemons ever ran.
 */
export async function knownScope(db: Connection, text: string): Promise<Scope> {
  const scope = parseScope(text)
  const known = await namesOf(db, scope)
  if (known === null || known.includes(scope.name)) return scope
  const whole = known.map((name) => scopeText({ ...scope, name }))
  const names = whole.length === 0 ? 'there is none yet' : `known: ${whole.join(', ')}`
  throw new SlipError('USAGE', `there is no ${text}${suggestion(text, whole)}; ${names}`)
}

/** Every name of a kind of scope; null where any name will do. */
async function namesOf(db: Connection, { kind }: Scope): Promise<string[] | null> {
  if (kind === 'stage') return stages
  if (kind === 'lane') return Object.keys(lanes)
  if (kind === 'target') return (await listTargets(db)).map((target) => target.name)
  if (kind !== 'shard') return null
  return shardNames(db)
}
