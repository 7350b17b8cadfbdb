// A process of bench/queue: claims and settles on the database of its one argument, and prints what it saw.
import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../src/state/connection.ts'
import { registerWorker } from '../../src/state/control/worker.ts'
import { openDatabase } from '../../src/state/database.ts'
import { drain } from './drain.ts'

/** What it is told, as JSON. */
export interface DrainOrder {
  readonly url: string
  /** Name of the run: all of its processes begin together, started and warm. */
  readonly run: string
  readonly processes: number
  readonly batch: number
  readonly warmUp: number
  readonly items: number
  /** Claims at a time. */
  readonly claims: number
}

/** What it prints, as JSON; milliseconds since 1970. */
export interface Drained {
  readonly began: number
  readonly ended: number
  readonly claimTimes: number[]
}

if (import.meta.main) console.log(JSON.stringify(await obey(JSON.parse(process.argv[2] ?? '') as DrainOrder)))

async function obey({ url, run, processes, batch, warmUp, items, claims }: DrainOrder): Promise<Drained> {
  const db = await openDatabase({ url, applicationName: 'slip-bench', poolSize: claims })
  const register = (stage: string) =>
    registerWorker(db, { stage, host: run, pid: process.pid, bootId: 'bench', codeVersion: '0.1.0' })
  const worker = await register('index')
  await drain({ db, url, worker }, { batch, items: warmUp, claims, lane: 1 })
  await register('warm')
  await untilWarm(db, run, processes)
  const claimTimes: number[] = []
  const began = Date.now()
  await drain({ db, url, worker }, { batch, items, claims, lane: 1, claimTimes })
  const ended = Date.now()
  await db.close()
  return { began, ended, claimTimes }
}

async function untilWarm(db: Database, run: string, processes: number): Promise<void> {
  const sql = `SELECT count(*) AS count FROM slip_worker WHERE stage = 'warm' AND host = '${run}'`
  while (Number((await db.query<{ count: number }>(sql))[0]?.count) < processes) await pause(10)
}
