import { targetOf } from '../../daemon/targets.ts'
import { listTargets, type Target } from '../../state/control/target.ts'
import { changesOf } from '../apply-targets.ts'
import type { Session } from '../command.ts'
import { asTyped } from '../next-step.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { table } from '../table.ts'
import { duration } from '../units.ts'

interface Entry {
  readonly name: string
  readonly configured: Target | null
  readonly known: Target | null
}

export async function run(args: Session): Promise<number> {
  return withState(args, async ({ config, db }) => {
    const known = new Map((await listTargets(db)).map((target) => [target.name, target]))
    const configured = new Map(Object.entries(config.targets).map(([name, own]) => [name, targetOf(name, own)]))
    const names = [...new Set([...configured.keys(), ...known.keys()])].sort()
    const entries = names.map((name) => ({
      name,
      configured: configured.get(name) ?? null,
      known: known.get(name) ?? null,
    }))
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
      compared(entry, session),
    ]
  })
  return table(['target', 'engine', 'shards', 'lease', 'overlap', 'configuration and database'], rows)
}

function compared({ configured, known }: Entry, session: Session): string {
  if (configured === null) return 'not in the configuration'
  if (known === null) return `not applied yet: ${asTyped('slipctl targets apply', session)}`
  const changes = changesOf(known, configured)
  if (changes.length === 0) return 'the same'
  return `differ: ${changes.map(({ key, from, to }) => `${key} ${to} configured, ${from} in the database`).join('; ')}`
}
