import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Counters } from '../../src/daemon/counters.ts'
import { runLoop } from '../../src/daemon/loop.ts'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { Presence } from '../../src/daemon/presence.ts'
import type { Stage } from '../../src/daemon/stage.ts'
import { EventBus } from '../../src/events/bus.ts'
import { rightsStage } from '../../src/rights/stage.ts'
import { databaseClock } from '../../src/state/clock.ts'
import { worker } from '../state/fixture.ts'
import { type Library, openLibrary } from './library.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary()
})
afterEach(() => library.close())

const sql = (text: string) => library.state.db.query(text)

/** What every stage is given, in the test's own process. */
async function contextOf(stop: AbortSignal) {
  const { config, state } = library
  return { config, state, bus: new EventBus(), worker: await worker(state.db), stop, once: false, args: {} }
}

/** Runs a stage of these steps, the last of which stops it; with the events it emits. */
async function run(
  steps: readonly ((end: AbortSignal) => Promise<unknown>)[],
  heard: (event: string) => unknown = () => {},
) {
  const stop = new AbortController()
  const context = await contextOf(stop.signal)
  const { db } = library.state
  const events: string[] = []
  context.bus.subscribe((event) => {
    events.push(event)
    void heard(event)
  })
  const left = [...steps]
  const stage: Stage = {
    chores: [],
    step: async (_pauses, end) => {
      await left.shift()?.(end)
      if (left.length === 0) stop.abort()
      return false
    },
    close: async () => {},
  }
  const presence = new Presence(
    db,
    context.worker,
    await databaseClock(db),
    300,
    new Counters(db, context.bus, context.worker),
  )
  try {
    return { end: await runLoop('rights', stage, context, presence), events, left: left.length }
  } finally {
    await presence.stop()
  }
}

test('a step that lasts is ended when its stage is paused by plain SQL, and the next begins when it is resumed', async () => {
  const lasting = async (end: AbortSignal) => {
    await sql(`INSERT INTO slip_control (scope, name) VALUES ('stage', 'rights')`)
    await once(end, 'abort')
  }
  const resume = (event: string) => event === 'daemon.paused' && sql('DELETE FROM slip_control')
  const { end, events, left } = await run([lasting, async () => {}], resume)
  expect({ end, events, left }).toEqual({ end: 'stopped', events: ['daemon.paused', 'daemon.resumed'], left: 0 })
})

test('a step that lasts is ended when the worker has been taken for dead, and nothing follows', async () => {
  const lasting = async (end: AbortSignal) => {
    await sql('UPDATE slip_worker SET expired_at = CURRENT_TIMESTAMP(6)')
    await once(end, 'abort')
  }
  const { end, events, left } = await run([lasting, async () => {}])
  expect({ end, events, left }).toEqual({ end: 'expired', events: ['daemon.expired'], left: 1 })
})

test('slip-rights ends a pass before it is done when it is told, and reads everything in the next', async () => {
  library.lay('day-1')
  const stage = await rightsStage.open(await contextOf(new AbortController().signal))
  const pauses = await Pauses.read(library.state.db)
  const known = async () => (await sql('SELECT htid FROM slip_rights')).length
  try {
    await stage.step(pauses, AbortSignal.abort())
    expect(await known()).toBe(0)
    await stage.step(pauses, new AbortController().signal)
    expect(await known()).toBeGreaterThan(0)
  } finally {
    await stage.close()
  }
})
