import { targetOf } from '../../daemon/targets.ts'
import { readSweep } from '../../state/audit/sweep.ts'
import type { Connection } from '../../state/connection.ts'
import { countTargetRows } from '../../state/control/retire.ts'
import { type KnownTarget, listTargets, type Target } from '../../state/control/target.ts'
import { changesOf } from '../apply-targets.ts'
import type { Session } from '../command.ts'
import { asTyped } from '../next-step.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { table } from '../table.ts'
import { duration, plural } from '../units.ts'

interface Progress {
  /** Items the running or last sweep has looked at, and of those enqueued. */
  readonly swept: number
  readonly found: number
  readonly queued: number
  /** Ledger rows. */
  readonly indexed: number
  readonly errors: number
}

interface Entry {
  readonly name: string
  readonly configured: Target | null
  readonly known: KnownTarget | null
  /** How far filling or retiring it has come; null when it is live. */
  readonly progress: Progress | null
}

export async function run(args: Session): Promise<number> {
  return withState(args, async ({ config, db }) => {
    const known = new Map((await listTargets(db)).map((target) => [target.name, target]))
    const configured = new Map(Object.entries(config.targets).map(([name, own]) => [name, targetOf(name, own)]))
    const names = [...new Set([...configured.keys(), ...known.keys()])].sort()
    const entries: Entry[] = []
    for (const name of names) {
      const found = known.get(name) ?? null
      const progress = found === null || found.state === 'live' ? null : await progressOf(db, name)
      entries.push({ name, configured: configured.get(name) ?? null, known: found, progress })
    }
    print(args, { targets: entries }, () => listing(entries, args))
    return 0
  })
}

function listing(entries: readonly Entry[], session: Session): string {
  const rows = entries.map((entry) => {
    const shown = (entry.known ?? entry.configured) as Target
    return [
      entry.name,
      shown.engine,
      shown.shards,
      duration(shown.lease),
      duration(shown.overlap),
      stateOf(entry),
      compared(entry, session),
    ]
  })
  return table(['target', 'engine', 'shards', 'lease', 'overlap', 'state', 'configuration and database'], rows)
}

async function progressOf(db: Connection, name: string): Promise<Progress> {
  const sweep = await readSweep(db, name)
  return { swept: sweep?.read ?? 0, found: sweep?.enqueued ?? 0, ...(await countTargetRows(db, name)) }
}

function stateOf({ known, progress }: Entry): string {
  if (known === null) return 'new'
  if (progress === null) return known.state
  const { swept, queued, indexed, errors } = progress
  if (known.state === 'filling') return `filling: ${swept} swept, ${queued} queued, ${indexed} in the ledger`
  return `retiring: ${queued} queued, ${indexed} in the ledger, ${plural(errors, 'error')} left`
}

function compared({ configured, known }: Entry, session: Session): string {
  if (configured === null) return 'not in the configuration'
  if (known === null) return `not applied yet: ${asTyped('slipctl targets apply', session)}`
  const changes = changesOf(known, configured)
  if (changes.length === 0) return 'the same'
  return `differ: ${changes.map(({ key, from, to }) => `${key} ${to} configured, ${from} in the database`).join('; ')}`
}
