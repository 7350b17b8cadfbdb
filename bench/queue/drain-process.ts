// A process of bench/queue: claims and settles on the database of its one argument, and prints how long each claim took.
import { registerWorker } from '../../src/state/control/worker.ts'
import { openDatabase } from '../../src/state/database.ts'
import { drain } from './drain.ts'

/** What it is told, as JSON. */
export interface DrainOrder {
  readonly url: string
  readonly batch: number
  readonly items: number
  /** Claims at a time. */
  readonly claims: number
}

if (import.meta.main) {
  const { url, ...order } = JSON.parse(process.argv[2] ?? '') as DrainOrder
  const db = await openDatabase({ url, applicationName: 'slip-bench', poolSize: order.claims })
  const who = { stage: 'index', host: 'bench', pid: process.pid, bootId: 'bench', codeVersion: '0.1.0' }
  const worker = await registerWorker(db, who)
  const claimTimes: number[] = []
  await drain({ db, url, worker }, { ...order, lane: 1, claimTimes })
  await db.close()
  console.log(JSON.stringify(claimTimes))
}
