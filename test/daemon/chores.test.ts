import { afterEach, expect, test } from 'vitest'
import { type Chore, ChoreRunner } from '../../src/daemon/chores/chore.ts'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { EventBus } from '../../src/events/bus.ts'
import { pause, resume } from '../../src/state/control/pause.ts'
import { later, worker } from '../state/fixture.ts'
import { openForFile, other, state } from '../state/opened.ts'

openForFile()

afterEach(async () => {
  await state.db.query('DELETE FROM slip_duty')
})

/** Long against what lies between a renewal and the next look at it. */
const periodMs = 3_000

/** A process that does one chore: what it looked at and wrote, and what it told. */
async function processOf(look: () => Promise<void>, db = state.db) {
  const did: string[] = []
  const bus = new EventBus()
  bus.subscribe((name) => did.push(name))
  const chore: Chore = {
    name: 'recheck:main',
    periodMs,
    restsIn: (pauses) => pauses.has('target', 'main'),
    look: async () => {
      did.push('looks')
      await look()
      return async () => {
        did.push('writes')
        return 1
      }
    },
  }
  const runner = new ChoreRunner(db, bus, await worker(db), [chore])
  return { did, runner, run: async () => runner.runDue(await Pauses.read(db)).then(() => runner.end()) }
}

const inTime = async () =>
  (await state.db.query(`SELECT 1 FROM slip_duty WHERE until > ${later(state.db, 0)}`)).length > 0
/** As if the chore had been at it for as long as its duty lasts. */
const passPeriod = () => state.db.query(`UPDATE slip_duty SET until = ${later(state.db, -1)}`)

test('a chore that asks for longer than its period keeps its duty: nobody asks beside it, and what it found is written once', async () => {
  const second = await processOf(async () => undefined, other)
  const first = await processOf(async () => {
    for (let period = 1; period <= 2; period++) {
      await passPeriod()
      while (!(await inTime()));
    }
    await second.run()
  })
  await first.run()
  expect(first.did).toEqual(['looks', 'writes', 'chore.done'])
  expect(second.did).toEqual([])
})

test('a chore whose duty went to another while it asked writes nothing, and its asking fails nobody', async () => {
  const second = await processOf(async () => undefined, other)
  const first = await processOf(async () => {
    await passPeriod()
    await second.run()
    await passPeriod()
  })
  await first.run()
  expect(first.did).toEqual(['looks'])
  expect(second.did).toEqual(['looks', 'writes', 'chore.done'])
})

test('a chore that is paused while it asks writes nothing, and the pause is not obeyed before it has ended', async () => {
  const who = { by: 'test', reason: '' }
  const pausesOf = () => Pauses.read(state.db)
  const { did, runner, run } = await processOf(async () => {
    expect(runner.isAtWorkIn(await pausesOf())).toBe(false)
    await pause(state.db, { kind: 'target', name: 'main' }, who)
    expect(runner.isAtWorkIn(await pausesOf())).toBe(true)
  })
  await run()
  expect(did).toEqual(['looks'])
  expect(runner.isAtWorkIn(await pausesOf())).toBe(false)
  await resume(state.db, { kind: 'target', name: 'main' })
  await passPeriod()
  const second = await processOf(async () => undefined, other)
  await second.run()
  expect(second.did).toEqual(['looks', 'writes', 'chore.done'])
})

test('a chore whose asking fails renews its duty no more: another has it after one period', async () => {
  const first = await processOf(async () => {
    throw new Error('nobody answers')
  })
  await first.run()
  expect(first.did).toEqual(['looks', 'chore.failed'])
  await passPeriod()
  const second = await processOf(async () => undefined, other)
  await second.run()
  expect(second.did).toEqual(['looks', 'writes', 'chore.done'])
})

test.each(['whose server does not answer', 'that reads whole tables'])(
  'a chore %s holds up neither what follows nor itself: it is not begun again beside',
  async (which) => {
    const gate = Promise.withResolvers<void>()
    const bus = new EventBus()
    const failed: string[] = []
    bus.subscribe((name, fields) => name === 'chore.failed' && failed.push((fields as { chore: string }).chore))
    let [asked, done] = [0, 0]
    const ask = <T>(answer: T) => {
      asked++
      return gate.promise.then(() => answer)
    }
    const hangs: Chore = which.includes('server')
      ? { name: 'commit:main', periodMs: 1, look: () => ask(null) }
      : { name: 'sample', periodMs: 1, isLong: true, work: () => ask(0) }
    const works: Chore = { name: 'move', periodMs: 1, work: async () => ++done }
    const runner = new ChoreRunner(state.db, bus, await worker(state.db), [hangs, works])
    const pauses = await Pauses.read(state.db)
    while (done < 3) await runner.runDue(pauses)
    expect(asked).toBe(1)
    gate.resolve()
    await runner.end()
    expect(failed).toEqual([])
  },
)

test('a chore that leaves out what is under way is begun again beside it, and the end waits for all of it', async () => {
  const gate = Promise.withResolvers<null>()
  let [asked, ended] = [0, false]
  const chore: Chore = {
    name: 'commit:main',
    periodMs: 1,
    overlaps: true,
    look: () => (++asked === 1 ? gate.promise : Promise.resolve(null)),
  }
  const runner = new ChoreRunner(state.db, new EventBus(), await worker(state.db), [chore])
  const pauses = await Pauses.read(state.db)
  while (asked < 3) await runner.runDue(pauses)
  const end = runner.end().then(() => {
    ended = true
  })
  await Pauses.read(state.db)
  expect(ended).toBe(false)
  gate.resolve(null)
  await end
})
