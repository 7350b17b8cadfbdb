import type { Chore } from '../../../src/daemon/chores/chore.ts'
import { Pauses } from '../../../src/daemon/pause-gate.ts'
import type { Pair } from '../../../src/daemon/restore/differences.ts'
import { RestoreWatch } from '../../../src/daemon/restore/watch.ts'
import { EventBus } from '../../../src/events/bus.ts'
import type { AssembledDocument } from '../../../src/indexer/assemble/assemble.ts'
import { Claimer } from '../../../src/indexer/claimer.ts'
import { type Parcel, post } from '../../../src/indexer/post.ts'
import { settleOutcomes } from '../../../src/indexer/settle.ts'
import type { Engine } from '../../../src/shards/engine.ts'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { checkAtRest, type Violation } from '../../../src/state/audit/invariants.ts'
import { sweepFrom } from '../../../src/state/audit/sweep.ts'
import type { Database } from '../../../src/state/connection.ts'
import { listTargets, type Target } from '../../../src/state/control/target.ts'
import type { Claim } from '../../../src/state/queue/claim.ts'
import { readRights } from '../../../src/state/rights/read-rights.ts'
import { document } from '../../conformance/engine/documents.ts'
import { contentOf } from '../../daemon/library.ts'
import { testDatabase } from '../../services/database.ts'
import { doChore } from '../do-chore.ts'
import { change, digestOf, openState, type State, worker } from '../fixture.ts'
import { EngineTables } from './copy.ts'

const shards = 2

/** What the sources say of an item: a title, or that nobody may see it. */
export type Source = { readonly title: number } | { readonly attr: 8 }

const digestIn = (source: Source) => ('title' in source ? digestOf(source.title) : undefined)

/** A state database and an embedded engine, and one process's work on them without any file. */
export class World {
  readonly state: State
  readonly db: Database
  readonly engine: Engine
  readonly tables: EngineTables
  readonly target: Target
  /** What the sources say today. */
  readonly sources = new Map<string, Source>()
  readonly events: { name: string; fields: unknown }[] = []
  readonly bus = new EventBus()
  readonly #drop: () => Promise<void>

  private constructor(state: State, engine: Engine, tables: EngineTables, target: Target, drop: () => Promise<void>) {
    this.state = state
    this.db = state.db
    this.engine = engine
    this.tables = tables
    this.target = target
    this.#drop = drop
    this.bus.subscribe((name, fields) => this.events.push({ name, fields }))
  }

  static async open(): Promise<World> {
    const state = await openState()
    const index = await testDatabase()
    const engine = openEngine('embedded', { url: index.url, target: 'main' })
    await engine.create(shards)
    const tables = await EngineTables.open(index.url)
    const [target] = await listTargets(state.db)
    return new World(state, engine, tables, target as Target, async () => {
      await engine.close()
      await tables.close()
      await index.drop()
      await state.close()
    })
  }

  close(): Promise<void> {
    return this.#drop()
  }

  /** Both sides as they were at first, shards open: for the next test. */
  async clear(): Promise<void> {
    const tables = [
      'queue',
      'claim',
      'recheck',
      'indexed',
      'errors',
      'rights',
      'watermark',
      'duty',
      'worker',
      'control',
    ]
    for (const table of tables) await this.db.query(`DELETE FROM slip_${table}`)
    await this.db.query(
      `UPDATE slip_shard SET state = 'open', state_before = NULL, weight = 1, reason = '', marked_at = NULL,
         durable_at = NULL, behind_from = NULL, adopted_fence = 0`,
    )
    for (let shard = 1; shard <= shards; shard++) await this.tables.empty(shard)
    this.sources.clear()
    this.events.length = 0
  }

  get pair(): Pair & { readonly target: Target } {
    return { db: this.db, engine: this.engine, target: this.target }
  }

  /** The sources say so from now on. */
  say(htids: readonly string[], source: Source): void {
    for (const htid of htids) this.sources.set(htid, source)
  }

  /** slip-rights: reads what the sources say, and writes what changed. */
  async readSources(): Promise<void> {
    for (const [source, items] of Map.groupBy(this.sources, ([, each]) => JSON.stringify(each)))
      await change(
        this.db,
        items.map(([htid]) => htid),
        JSON.parse(source),
      )
  }

  /** slip-enqueue --once: a whole sweep. */
  async sweep(): Promise<void> {
    for (let after = '', whole = false; !whole; ) {
      const page = await this.db.transaction((tx) => sweepFrom(tx, 'main', after, 1_000))
      after = page.last
      whole = page.whole
    }
  }

  /** A slip-index as it starts. */
  async worker(): Promise<Indexer> {
    return new Indexer(this, await worker(this.db))
  }

  /** Sources, queue and index, until there is nothing to do. */
  async run(): Promise<void> {
    await this.readSources()
    await this.sweep()
    await (await this.worker()).run()
  }

  /** Items of title 1, indexed and at rest: the first, third … in shard 1, the others in shard 2. */
  async indexed(htids: readonly string[]): Promise<void> {
    for (let shard = 1; shard <= shards; shard++) {
      await this.db.query(`UPDATE slip_shard SET weight = CASE WHEN shard = ${shard} THEN 1 ELSE 0 END`)
      this.say(
        htids.filter((_, index) => index % shards === shard - 1),
        { title: 1 },
      )
      await this.run()
    }
    await this.db.query('UPDATE slip_shard SET weight = 1')
  }

  /** One run of a chore, as its runner does it. */
  async do(chore: Chore): Promise<number> {
    return doChore(this.db, chore)
  }

  async shardStates(): Promise<string[]> {
    const rows = await this.db.query<{ state: string }>(
      `SELECT state FROM slip_shard WHERE target = 'main' ORDER BY shard`,
    )
    return rows.map(({ state }) => state)
  }

  /** The invariants at rest, and that the engine holds what the sources say today, and nothing else. */
  async violations(): Promise<(Violation | string)[]> {
    const violations = await checkAtRest(this.db, 'main', contentOf(this.engine, shards))
    const held = new Map<string, string>()
    for await (const { id, digest } of contentOf(this.engine, shards)) held.set(id, digest)
    const wrong = [...this.sources].filter(([htid, source]) => held.get(htid) !== digestIn(source))
    return [...violations, ...wrong.map(([htid]) => `${htid} is not what the sources say`)]
  }
}

/** What slip-index does, with documents made of slip_rights alone. */
export class Indexer {
  readonly #world: World
  readonly #worker: string
  readonly #watch: RestoreWatch
  readonly #claimer: Claimer
  /** What is posted to; a test may put another in between. */
  engine: Engine

  constructor(world: World, token: string) {
    this.#world = world
    this.#worker = token
    this.#watch = new RestoreWatch(world.pair, world.bus, null)
    this.engine = world.engine
    const shares = { daily: 5, ops: 2, bulk: 1 }
    this.#claimer = new Claimer(world.db, token, world.target, { batch: 20, shares })
  }

  /** Until nothing may be claimed; returns how many items were. */
  async run(): Promise<number> {
    let items = 0
    for (;;) {
      const { uncompared } = await this.#watch.beforeClaim()
      const claim = await this.claim(uncompared)
      if (claim === null) return items
      items += claim.items.length
      await this.settle(claim, await this.post(claim))
    }
  }

  async claim(uncompared: ReadonlySet<number> = new Set()): Promise<Claim | null> {
    const openness = { suspended: () => false, busy: () => false, uncompared, deletesOnly: false }
    return this.#claimer.next(await Pauses.read(this.#world.db), openness)
  }

  async post(claim: Claim) {
    return post(this.engine, await this.read(claim))
  }

  /** What the claim's items should be, from their rights of now. */
  async read(claim: Claim): Promise<Parcel> {
    const { fence } = claim
    const rights = await readRights(
      this.#world.db,
      claim.items.map(({ htid }) => htid),
    )
    const parcel: { documents: Parcel['documents'][number][]; removals: Parcel['removals'][number][] } = {
      documents: [],
      removals: [],
    }
    for (const item of claim.items) {
      const { htid, rev } = item
      const row = rights.get(htid)
      if (item.action === 'delete' || row?.attr === 8) {
        parcel.removals.push({ item, removal: { id: htid, fence, rev } })
        continue
      }
      const made = document({ id: htid, fence, rev, title: `volume ${row?.recordDigest}` })
      const digest = row?.recordDigest ?? ''
      const counts = { expected: 0, read: 0, empty: 0, invalidBytes: 0 }
      parcel.documents.push({
        item,
        document: { ...made, digest, bytes: made.json.length, counts, made: { inputs: '' } } as AssembledDocument,
      })
    }
    return parcel
  }

  settle(claim: Claim, outcomes: Awaited<ReturnType<typeof post>>) {
    const context = { worker: this.#worker, configDigest: 'c', indexer: { attempts: 1 } as never }
    return this.#world.db.transaction((tx) => settleOutcomes(tx, claim, outcomes, context))
  }
}
