import type { EventBus } from '../events/bus.ts'
import { restartSweep, sweepPage } from '../state/audit/sweep.ts'
import type { Database } from '../state/connection.ts'
import type { Target } from '../state/control/target.ts'

const pageSize = 10_000

/** Sweeps all rights of a target from the first id to the last, a page a transaction. */
export async function sweepWhole(db: Database, bus: EventBus, target: Target, stop: AbortSignal): Promise<void> {
  await db.transaction((tx) => restartSweep(tx, target.name))
  for (let whole = false; !whole && !stop.aborted; ) {
    const page = await db.transaction((tx) => sweepPage(tx, target.name, pageSize))
    bus.emit('enqueue.sweep', { target: target.name, ...page })
    whole = page.whole
  }
}
