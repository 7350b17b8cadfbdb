import { SlipError } from '../errors/slip-error.ts'
import { snapshotName } from '../shards/snapshot.ts'

/** The name of a snapshot as typed. Throws USAGE for what an engine would not take. */
export function snapshotNamed(name: string): string {
  if (snapshotName.test(name)) return name
  throw new SlipError(
    'USAGE',
    `${name} is not a name for a snapshot: use lower-case letters, digits, _, . and -, at most 100`,
  )
}
