import type { Config } from '../config/load.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection } from '../state/connection.ts'
import { listTargets } from '../state/control/target.ts'

/** The targets to work on: the one named, else all the database knows and keeps. Throws USAGE for a name it does not know. */
export async function chosenTargets(db: Connection, named: string | undefined): Promise<string[]> {
  const known = (await listTargets(db)).filter(({ state }) => state !== 'retiring').map((target) => target.name)
  if (known.length === 0) {
    throw new SlipError('TARGET_MISMATCH', 'the database knows no target yet')
  }
  if (named === undefined) return known
  if (!known.includes(named)) throw new SlipError('USAGE', `there is no target ${named}; known: ${known.join(', ')}`)
  return [named]
}

/**
 * The one target to ask: the one named, else the only one configured. It must be configured, for the configuration says
 * how to reach it, and applied, for an index that was never made cannot answer. Throws USAGE, TARGET_MISMATCH.
 */
export async function oneTarget(db: Connection, config: Config, named: string | undefined): Promise<string> {
  const configured = Object.keys(config.targets)
  const names = configured.join(', ')
  if (named === undefined && configured.length > 1)
    throw new SlipError('USAGE', `there are several targets; name one with --target: ${names}`)
  const name = named ?? configured[0]
  if (name === undefined || !configured.includes(name)) throw notConfigured(config, name)
  if (!(await listTargets(db)).some((target) => target.name === name))
    throw new SlipError('TARGET_MISMATCH', `targets.${name} is not in the database yet`)
  return name
}

export const notConfigured = (config: Config, name: string | undefined): SlipError =>
  new SlipError(
    'USAGE',
    `there is no target ${name} in ${config.file}; configured: ${Object.keys(config.targets).join(', ')}`,
  )
