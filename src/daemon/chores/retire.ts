import type { EventBus } from '../../events/bus.ts'
import { databaseClock } from '../../state/clock.ts'
import type { Connection } from '../../state/connection.ts'
import { isDrained, readDrain } from '../../state/control/drain.ts'
import { deleteRemnants } from '../../state/control/remnants.ts'
import { deleteRetired, listRetiring } from '../../state/control/retire.ts'
import type { Chore } from './chore.ts'

const batch = 5_000

/** Deletes the rows of targets that are retiring, a batch a second of each; none before everybody has let go of it. */
export function retireChore(bus: EventBus): Chore {
  /** Database clock when this process first saw a target retiring: whoever has read slip_control since knows it too. */
  const seen = new Map<string, string>()
  return {
    name: 'retire',
    periodMs: 1_000,
    work: async (tx) => {
      let rows = 0
      const retiring = await listRetiring(tx)
      for (const name of seen.keys()) if (!retiring.includes(name)) seen.delete(name)
      for (const name of retiring) {
        const since = seen.get(name) ?? (await databaseClock(tx))
        seen.set(name, since)
        rows += await retireSome(tx, name, since, bus)
      }
      return rows
    },
  }
}

async function retireSome(tx: Connection, name: string, since: string, bus: EventBus): Promise<number> {
  if (!isDrained(await readDrain(tx, { kind: 'target', name }, since))) return 0
  const { deleted, gone } = await deleteRetired(tx, name, batch)
  if (gone) bus.emit('target.retired', { target: name })
  return deleted
}

/** Every minute: what is still requested for a target that is gone is taken out of the queue. */
export const remnantsChore: Chore = {
  name: 'retire:remnants',
  periodMs: 60_000,
  work: (tx) => deleteRemnants(tx, batch),
}
