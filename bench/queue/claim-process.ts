// A process of bench/queue: claims four batches on the database of its one argument, says so, and waits to be killed.
import { registerWorker } from '../../src/state/control/worker.ts'
import { openDatabase } from '../../src/state/database.ts'
import { rotationOf } from './drain.ts'

const url = process.argv[2] ?? ''
const db = await openDatabase({ url, applicationName: 'slip-bench' })
const who = { stage: 'index', host: 'bench', pid: process.pid, bootId: 'bench', codeVersion: '0.1.0' }
const rotation = rotationOf({ db, url, worker: await registerWorker(db, who) }, { batch: 20, lane: 1 })
for (let claims = 0; claims < 4; claims++) await rotation.next()
console.log('claimed')
setInterval(() => undefined, 60_000)
