import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { pause, resume } from '../../src/state/control/pause.ts'
import { Clock } from '../chaos/clock.ts'
import { lookAround, type Platform } from '../chaos/platform.ts'
import { later } from '../state/fixture.ts'
import { askAgain } from './ask-again.ts'
import { type Library, openLibrary } from './library.ts'
import { type Daemon, endAll, runOnce, startThrough } from './processes.ts'

let library: Library
let platform: Platform
beforeAll(async () => {
  platform = await lookAround((line) => process.stdout.write(`${line}\n`))
  library = await openLibrary({ config: { indexer: { attempts: 1, batch: 4 } } })
  library.lay('day-1')
  await runOnce('rights', library.configFile)
})
beforeEach(() => askAgain(library))
afterEach(endAll)
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const index = { kind: 'stage', name: 'index' } as const

/** slip-index on a host of another name, whose clock goes wrong by so many seconds. */
function startOn(host: string, seconds: number): Daemon {
  const clocks = platform.faketime as { library: string }
  const clock = new Clock(clocks.library, join(library.folder, `clock-of-${host}`))
  clock.set(seconds)
  const named = ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', host]
  return startThrough([...named, 'env', ...clock.variables], 'index', library.configFile)
}

/** Both hosts hold a batch each, in the middle of which `work` runs. */
async function bothInTheMiddle(work: () => Promise<void>) {
  await pause(library.state.db, index, { by: 'test', reason: '' })
  const [ahead, behind] = [startOn('host-ahead', 3_600), startOn('host-behind', -3_600)] as const
  await Promise.all([ahead.event('daemon.paused'), behind.event('daemon.paused')])
  await library.whileLocked('slip_rights', 'reading', async () => {
    await resume(library.state.db, index)
    while ((await rows('SELECT DISTINCT host FROM slip_claim')).length < 2);
    await work()
  })
  return { ahead, behind }
}
async function untilDone() {
  while ((await rows('SELECT 1 FROM slip_queue LIMIT 1')).length > 0);
}

test('two hosts whose clocks are two hours apart share the work by the clock of the database: nothing is lost, doubled or reaped', async (context) => {
  const absent = ownHosts()
  if (absent !== null) return context.skip(absent)
  const { ahead, behind } = await bothInTheMiddle(async () => {
    // both wait for us: nobody takes the other's lease for over
    const { state } = library
    const near = `BETWEEN ${later(state.db, -60)} AND ${later(state.db, 1)}`
    expect(await rows(`SELECT host FROM slip_claim WHERE claimed_at ${near} ORDER BY host`)).toEqual([
      { host: 'host-ahead' },
      { host: 'host-behind' },
    ])
    expect(await rows(`SELECT host FROM slip_worker WHERE heartbeat_at ${near} AND expired_at IS NULL`)).toHaveLength(2)
  })
  await untilDone()
  for (const daemon of [ahead, behind]) {
    daemon.kill('SIGTERM')
    expect(await daemon.exit).toEqual({ code: 0, signal: null })
    // the clock was a wrong one indeed
    const offset = (Date.parse(String(daemon.events[0]?.time)) - Date.now()) / 1_000
    expect(Math.round(offset / 3_600)).toBe(daemon === ahead ? 1 : -1)
    const bad = ['daemon.expired', 'lease.lost', 'index.stale-refused', 'index.unbalanced', 'chore.failed']
    expect(daemon.events.filter(({ event }) => bad.includes(event))).toEqual([])
  }
  expect(await rows(`SELECT DISTINCT host FROM slip_indexed WHERE presence = 'indexed' ORDER BY host`)).toEqual([
    { host: 'host-ahead' },
    { host: 'host-behind' },
  ])
  const unlike = `time NOT BETWEEN ${later(library.state.db, -300)} AND ${later(library.state.db, 1)}`
  expect(await rows(`SELECT htid FROM slip_indexed WHERE ${unlike}`)).toEqual([])
  expect(await library.violations()).toEqual([])
})

test('what a host held when it died is done by the other after one lease, and its worker row goes', async (context) => {
  const absent = ownHosts()
  if (absent !== null) return context.skip(absent)
  const { behind } = await bothInTheMiddle(async () => {
    const [{ pid } = { pid: 0 }] = await rows(`SELECT pid FROM slip_worker WHERE host = 'host-ahead'`)
    process.kill(pid as number, 'SIGKILL')
  })
  // the living one ends its batch, and what lies about
  while ((await rows(`SELECT 1 FROM slip_claim WHERE host = 'host-behind'`)).length > 0);
  expect(await rows(`SELECT host FROM slip_claim WHERE host = 'host-ahead'`)).toHaveLength(1)
  await rows(`UPDATE slip_claim SET lease_until = lease_until - INTERVAL '61' SECOND WHERE host = 'host-ahead'`)
  await rows(`UPDATE slip_worker SET heartbeat_at = heartbeat_at - INTERVAL '61' SECOND WHERE host = 'host-ahead'`)
  await rows(`UPDATE slip_duty SET until = until - INTERVAL '61' SECOND`)
  // its chore is due at its start
  await runOnce('index', library.configFile)
  // the living one may have taken of what was freed; told to end, it would hand that back
  await untilDone()
  behind.kill('SIGTERM')
  await behind.exit
  expect(await rows(`SELECT host FROM slip_worker WHERE expired_at IS NULL`)).toEqual([])
  expect(await library.violations()).toEqual([])
})

function ownHosts(): string | null {
  return platform.ownHostNames ?? ('absent' in platform.faketime ? platform.faketime.absent : null)
}
