import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ChoreRunner } from '../../src/daemon/chores/chore.ts'
import { recheckChore } from '../../src/daemon/chores/recheck.ts'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { SlipError } from '../../src/errors/slip-error.ts'
import { EventBus } from '../../src/events/bus.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { openEngine } from '../../src/shards/open-engine.ts'
import type { Database } from '../../src/state/connection.ts'
import { enqueueChanged } from '../../src/state/queue/enqueue.ts'
import { type Answer, applyAnswers, dueQuestions } from '../../src/state/queue/recheck.ts'
import { document } from '../conformance/engine/documents.ts'
import { type TestDatabase, testDatabase } from '../services/database.ts'
import {
  change,
  claimBucket,
  claimItem,
  digestOf,
  enqueue,
  indexed,
  later,
  ledgerRow,
  openState,
  queueRow,
  race,
  type State,
  settleAll,
  settleInside,
  worker,
} from './fixture.ts'

let state: State
let other: Database
let index: TestDatabase
let engine: Engine
let token: string
beforeAll(async () => {
  state = await openState()
  other = await state.another()
  token = await worker(state.db)
  index = await testDatabase()
  engine = openEngine('embedded', { url: index.url, target: 'main' })
  await engine.create(2)
})
afterAll(async () => {
  await engine.close()
  await index.drop()
  await state.close()
})

const target = { name: 'main', engine: 'embedded', schemaVersion: 1, shards: 2, lease: 60_000, overlap: 60_000 }

/** Indexes an item by the machine and, with another digest when told, in the engine. */
async function indexItem(htid: string, held: { digest?: string; rev?: number; fence?: number } | null = {}) {
  const claim = await claimItem(state.db, token, htid)
  if (held !== null) {
    const { digest = digestOf(1), rev = 1, fence = claim.fence } = held
    await engine.post(1, [{ ...document({ id: htid, fence, rev, pages: ['text'] }), digest }])
  }
  await settleAll(state.db, claim)
}
const ask = (htid: string, asked = 0) =>
  state.db.query(
    `INSERT INTO slip_recheck (target, htid, asked, due_at) VALUES ('main', '${htid}', ${asked}, ${later(state.db, -1)})`,
  )
const makeDue = () => state.db.query(`UPDATE slip_recheck SET due_at = ${later(state.db, -1)}`)
/** Asked so often, and due within this many seconds from now, give or take one. */
const question = async (htid: string, seconds: number) => {
  const [row] = await state.db.query<{ asked: number; near: boolean | number }>(
    `SELECT asked, due_at BETWEEN ${later(state.db, seconds - 30)} AND ${later(state.db, seconds)} AS near
     FROM slip_recheck WHERE htid = '${htid}'`,
  )
  return row && { asked: row.asked, near: Boolean(row.near) }
}

class Asking {
  readonly events: [string, object][] = []
  readonly #bus = new EventBus()
  readonly #engine: Engine
  constructor(asked: Engine = engine) {
    this.#engine = asked
    this.#bus.subscribe((name, fields) => void this.events.push([name, fields]))
  }
  async run(as = token): Promise<void> {
    const chore = recheckChore({ db: state.db, engine: this.#engine, target }, this.#bus)
    const runner = new ChoreRunner(state.db, this.#bus, as, [chore])
    await runner.runDue(await Pauses.read(state.db))
    await runner.end()
  }
}

describe('the recheck chore', () => {
  test('asks three times, an hour and a day apart, and notes when the engine held what the ledger says', async () => {
    await indexItem('a.1')
    await ask('a.1')
    const asking = new Asking()
    await asking.run()
    expect(await question('a.1', 3_600)).toEqual({ asked: 1, near: true })
    expect((await ledgerRow(state.db, 'a.1'))?.verified_at).not.toBeNull()
    await asking.run()
    expect(await question('a.1', 3_600)).toEqual({ asked: 1, near: true })
    await makeDue()
    await asking.run()
    expect(await question('a.1', 86_400)).toEqual({ asked: 2, near: true })
    await makeDue()
    await asking.run()
    expect(await question('a.1', 0)).toBeUndefined()
    expect(await queueRow(state.db, 'a.1')).toBeUndefined()
    expect(asking.events.map(([name]) => name)).toEqual(['chore.done', 'chore.done', 'chore.done'])
  })

  test('requests in lane ops what the engine holds otherwise, under a fence above the engine’s', async () => {
    await indexItem('b.digest', { digest: digestOf(9) })
    await indexItem('b.rev', { rev: 7 })
    await indexItem('b.gone', null)
    const far = Date.now() * 1000 + 86_400_000_000
    await indexItem('b.zombie')
    await change(state.db, ['b.zombie'], { attr: 8 })
    await enqueue(state.db, ['b.zombie'])
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
    await state.db.query(`DELETE FROM slip_recheck`)
    await engine.post(1, [document({ id: 'b.zombie', fence: far, pages: ['back from the dead'] })])
    const wrong = ['b.digest', 'b.gone', 'b.rev', 'b.zombie']
    for (const htid of wrong) await ask(htid)
    const asking = new Asking()
    await asking.run()
    expect(asking.events).toContainEqual(['recheck.wrong', { target: 'main', items: 4, first: 'b.digest' }])
    for (const htid of wrong) {
      expect(await queueRow(state.db, htid)).toMatchObject({ state: 0, lane: 2, shard: 1, reason: 'recheck' })
      expect(await question(htid, 3_600)).toMatchObject({ asked: 1 })
      expect(await ledgerRow(state.db, htid)).toMatchObject({ verified_at: null })
    }
    expect(await queueRow(state.db, 'b.zombie')).toMatchObject({ fence: far, action: 'delete' })
    const next = await claimBucket(state.db, token, { lane: 2, shard: 1 })
    expect(next.fence).toBe(far + 1)
    await settleAll(state.db, next)
    await state.db.query('DELETE FROM slip_recheck')
  })

  test('takes an item that was never sent to a shard as held by none, and one without rights as nobody’s', async () => {
    await change(state.db, ['c.1'], { attr: 8 })
    await enqueue(state.db, ['c.1'])
    await settleAll(state.db, await claimBucket(state.db, token))
    await makeDue()
    await ask('c.none', 2)
    await new Asking().run()
    expect(await question('c.1', 3_600)).toEqual({ asked: 1, near: true })
    expect(await question('c.none', 0)).toBeUndefined()
    await state.db.query('DELETE FROM slip_recheck')
  })

  test('puts off what is queued, and asks again once it is not', async () => {
    await indexItem('d.1', null)
    await ask('d.1', 1)
    await state.db.query(`UPDATE slip_rights SET rev = rev + 1 WHERE htid = 'd.1'`)
    await enqueue(state.db, ['d.1'])
    await new Asking().run()
    expect(await question('d.1', 60)).toEqual({ asked: 1, near: true })
    expect(await queueRow(state.db, 'd.1')).toMatchObject({ gen: 1 })
    await state.db.query('DELETE FROM slip_queue')
    await state.db.query('DELETE FROM slip_recheck')
  })

  test('puts off what no shard answers, with its reason; a shard that is away holds no other up', async () => {
    await indexItem('e.1')
    await ask('e.1', 1)
    const away = async (): Promise<never> => {
      throw new SlipError('ENGINE_UNAVAILABLE', 'away')
    }
    const said = (shard: number) => [
      'chore.failed',
      { chore: 'recheck:main', code: 'ENGINE_UNAVAILABLE', message: 'away', place: { target: 'main', shard } },
    ]
    const dead = new Asking({ ...engine, get: away })
    await dead.run()
    expect(await question('e.1', 60)).toEqual({ asked: 1, near: true })
    expect(await queueRow(state.db, 'e.1')).toBeUndefined()
    expect(dead.events).toEqual([said(1)])
    await state.db.query(
      `INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, time)
       VALUES ('main', 'e.2', 2, 0, 0, 'absent', ${later(state.db, 0)})`,
    )
    await makeDue()
    await ask('e.2', 1)
    const half = new Asking({ ...engine, get: (shard, ids) => (shard === 2 ? away() : engine.get(shard, ids)) })
    await half.run()
    expect(half.events[0]).toEqual(said(2))
    expect(await question('e.1', 86_400)).toEqual({ asked: 2, near: true })
    expect(await question('e.2', 60)).toEqual({ asked: 1, near: true })
    await state.db.query('DELETE FROM slip_recheck')
  })

  test('comes to the questions of other shards however many older ones a dead shard has', async () => {
    await indexItem('h.1')
    const many = Array.from({ length: 500 }, (_, at) => `h.dead.${at}`)
    await state.db.query(
      `INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, time) VALUES
       ${many.map((htid) => `('main', '${htid}', 2, 0, 0, 'absent', ${later(state.db, 0)})`).join(', ')}`,
    )
    await state.db.query(
      `INSERT INTO slip_recheck (target, htid, asked, due_at) VALUES
       ${many.map((htid) => `('main', '${htid}', 0, ${later(state.db, -60)})`).join(', ')}`,
    )
    await ask('h.1')
    const away = () => Promise.reject(new SlipError('ENGINE_UNAVAILABLE', 'away'))
    const asking = new Asking({ ...engine, get: (shard, ids) => (shard === 2 ? away() : engine.get(shard, ids)) })
    await asking.run()
    await asking.run()
    expect(await question('h.1', 3_600)).toEqual({ asked: 1, near: true })
    await state.db.query('DELETE FROM slip_recheck')
  })

  test('finds a question that lies a month ahead: the clock was set back', async () => {
    await indexItem('f.1')
    await ask('f.1')
    await state.db.query(`UPDATE slip_recheck SET due_at = ${later(state.db, 30 * 86_400)}`)
    await new Asking().run()
    expect(await question('f.1', 3_600)).toEqual({ asked: 1, near: true })
    await state.db.query('DELETE FROM slip_recheck')
  })

  test('writes nothing once its duty is another’s', async () => {
    await indexItem('g.1')
    await ask('g.1')
    const lost = new Asking({
      ...engine,
      get: async (shard, ids) => {
        await state.db.query(`UPDATE slip_duty SET token = '${await worker(state.db)}' WHERE name = 'recheck:main'`)
        return engine.get(shard, ids)
      },
    })
    await state.db.query(`DELETE FROM slip_duty`)
    await lost.run()
    expect(await question('g.1', 0)).toMatchObject({ asked: 0 })
    await state.db.query('DELETE FROM slip_duty')
    await state.db.query('DELETE FROM slip_recheck')
  })
})

/** What the chore is about to apply: the question as read now, with an answer that says the engine holds nothing. */
async function emptyAnswers(): Promise<Answer[]> {
  return (await dueQuestions(state.db, 'main', 10)).map((each) => ({ ...each, found: null }))
}
const apply = (db: Database, answers: readonly Answer[]) => db.transaction((tx) => applyAnswers(tx, target, answers))

describe('races', () => {
  test('a settle between question and answer makes no difference of what was in motion', async () => {
    await indexItem('r.1')
    await ask('r.1')
    const answers = await emptyAnswers()
    await change(state.db, ['r.1'], { title: 1 })
    await enqueue(state.db, ['r.1'])
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
    expect(await apply(state.db, answers)).toMatchObject({ wrong: [], putOff: ['r.1'] })
    expect(await queueRow(state.db, 'r.1')).toBeUndefined()
    await state.db.query('DELETE FROM slip_recheck')
  })

  test('recheck–settle: a question that an exit sets back to its start is not undone by the answer to the old one', async () => {
    await indexItem('r.2')
    await ask('r.2', 2)
    const answers = (await emptyAnswers()).map((each) => ({
      ...each,
      found: { rev: 1, fence: each.ledger?.fence ?? 0, digest: digestOf(1) },
    }))
    await change(state.db, ['r.2'], { title: 1 })
    await enqueue(state.db, ['r.2'])
    const held = await claimBucket(state.db, token, { shard: 1 })
    await state.db.query(`UPDATE slip_queue SET unproven = TRUE WHERE htid = 'r.2'`)
    await race(
      state.db,
      (tx) => settleInside(tx, held, [indexed('r.2')]),
      () => apply(other, answers),
    )
    expect(await question('r.2', 120)).toEqual({ asked: 0, near: true })
    await state.db.query('DELETE FROM slip_recheck')
  })

  test('recheck–enqueue: a request of the recheck that waits for a new revision adds to it', async () => {
    await indexItem('r.3')
    await ask('r.3')
    const answers = await emptyAnswers()
    await change(state.db, ['r.3'], { title: 1 })
    await race(
      state.db,
      (tx) => enqueueChanged(tx, 'main', ['r.3'], { lane: 'daily', reason: 'test' }),
      () => apply(other, answers),
    )
    expect(await queueRow(state.db, 'r.3')).toMatchObject({ state: 0, rev: 2, gen: 2, lane: 1 })
    await settleAll(state.db, await claimBucket(state.db, token, { shard: 1 }))
    await state.db.query('DELETE FROM slip_recheck')
  })
})
