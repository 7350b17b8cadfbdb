import type { Config } from '../config/load.ts'
import type { TargetSettings } from '../config/schema.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection } from '../state/connection.ts'
import { type KnownTarget, listTargets, type Target } from '../state/control/target.ts'

/** Version of the document's fields; a target built with another one is another target. */
export const documentSchemaVersion = 1

/** What the configuration says a target is. */
export const targetOf = (name: string, settings: TargetSettings): Target => ({
  name,
  engine: settings.engine,
  schemaVersion: documentSchemaVersion,
  shards: settings.shards,
  lease: settings.lease,
  overlap: settings.overlap,
})

/**
 * The targets of the configuration, as the database knows them. Throws TARGET_MISMATCH with the key when the database
 * says otherwise, does not know one or has it retired: the database decides what a target is, and only `targets apply` changes that.
 */
export async function configuredTargets(db: Connection, config: Config): Promise<KnownTarget[]> {
  const known = new Map((await listTargets(db)).map((target) => [target.name, target]))
  return Object.entries(config.targets).map(([name, settings]) => {
    const wanted = targetOf(name, settings)
    const found = known.get(name)
    if (found === undefined) throw mismatch(`targets.${name}`, 'is not in the database yet', config.file)
    if (found.state === 'retiring') throw mismatch(`targets.${name}`, 'is being retired', config.file)
    assertSame(found, wanted, config.file)
    return found
  })
}

/**
 * Whether what the database says of the targets is still what this process works with: a lease that was made shorter is
 * not kept by one who renews by the old one, and his claims would be taken for those of a clock set back. Throws
 * TARGET_MISMATCH; targets that are gone or retiring are nobody's and no mismatch.
 */
export function checkTargets(known: readonly KnownTarget[], config: Config): void {
  for (const found of known) {
    const settings = config.targets[found.name]
    if (settings !== undefined && found.state !== 'retiring')
      assertSame(found, targetOf(found.name, settings), config.file)
  }
}

function assertSame(found: Target, wanted: Target, file: string): void {
  for (const key of ['engine', 'schemaVersion', 'shards', 'lease', 'overlap'] as const) {
    if (found[key] === wanted[key]) continue
    const unit = key === 'lease' || key === 'overlap' ? ' ms' : ''
    const both = `is ${wanted[key]}${unit} here and ${found[key]}${unit} in the database`
    throw mismatch(`targets.${wanted.name}.${key}`, both, file)
  }
}

function mismatch(key: string, what: string, file: string): SlipError {
  return new SlipError('TARGET_MISMATCH', `${key} ${what}`, { place: { key, file } })
}
