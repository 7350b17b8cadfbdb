import { schemaVersion } from '../../../migrations/index.ts'
import type { ItemOutcome } from '../../../src/indexer/outcome.ts'
import type { Engine } from '../../../src/shards/engine.ts'
import { openEngine } from '../../../src/shards/open-engine.ts'
import type { Database } from '../../../src/state/connection.ts'
import { applyTarget, listTargets, type Target } from '../../../src/state/control/target.ts'
import type { Claim, ClaimedItem } from '../../../src/state/queue/claim.ts'
import { testDatabase } from '../../services/database.ts'
import { openState, worker } from '../fixture.ts'
import { EngineServer } from './engine-server.ts'

export const targets = ['main', 'second'] as const
export type TargetName = (typeof targets)[number]
const shards = 3

/** An item as the world has it. */
export interface Item {
  readonly htid: string
  /** Version of its files: what a document was made of, told by its digest. */
  version: number
  /** The version with which its sources said something new. */
  said: number
  /** Nobody may see it. */
  gone: boolean
  /** The version that was there when somebody last asked. */
  readonly asked: Record<TargetName, number>
}

/** An item of a claim in the hands of a process, which may have lost its lease meanwhile. */
export interface InHand {
  readonly claim: Claim
  readonly claimed: ClaimedItem
  readonly item: Item
  readonly target: TargetName
  fence: number
  /** The version that was read; null = not yet. */
  read: number | null
  sent: boolean
  /** The engine's answer; null = none was heard. */
  outcome: ItemOutcome | null
}

export interface Place {
  readonly db: Database
  readonly engine: Engine
  readonly target: Target
}

/** A state database and the engines of two targets of three shards, for one walk after the other. */
export class World {
  readonly db: Database
  readonly server: EngineServer
  readonly #places: Record<TargetName, Place>
  readonly #drop: () => Promise<void>
  worker = ''
  items: Item[] = []
  inHand: InHand[] = []
  /** Puts the state database back to what it was when it was backed up. */
  stateCopy: (() => Promise<void>) | null = null
  /** The same for a shard of target main. */
  shardCopy: (() => Promise<void>) | null = null

  private constructor(
    db: Database,
    server: EngineServer,
    places: Record<TargetName, Place>,
    drop: () => Promise<void>,
  ) {
    this.db = db
    this.server = server
    this.#places = places
    this.#drop = drop
  }

  static async open(): Promise<World> {
    const state = await openState()
    const index = await testDatabase()
    const { db } = state
    await db.query('DELETE FROM slip_shard')
    await db.query('DELETE FROM slip_target')
    for (const name of targets) {
      const target = { name, engine: 'embedded', schemaVersion, shards, lease: 60_000, overlap: 60_000 }
      await db.transaction((tx) => applyTarget(tx, target))
    }
    const known = await listTargets(db)
    const place = async (name: TargetName): Promise<Place> => {
      const engine = openEngine('embedded', { url: index.url, target: name })
      await engine.create(shards)
      return { db, engine, target: known.find((each) => each.name === name) as Target }
    }
    const places = { main: await place('main'), second: await place('second') }
    const server = await EngineServer.open(index.url)
    return new World(db, server, places, async () => {
      for (const name of targets) await places[name].engine.close()
      await server.close()
      await index.drop()
      await state.close()
    })
  }

  /** The same world, whose transitions go through another connection. */
  through(db: Database): World {
    const places = { main: { ...this.#places.main, db }, second: { ...this.#places.second, db } }
    return new World(db, this.server, places, this.#drop)
  }

  place(target: TargetName): Place {
    return this.#places[target]
  }

  /** A process has claimed it. */
  take(claim: Claim, claimed: ClaimedItem): void {
    const item = this.items.find(({ htid }) => htid === claimed.htid)
    if (item === undefined) throw new Error(`claimed ${claimed.htid}, which nobody enqueued`)
    const target = claim.target as TargetName
    this.inHand.push({ claim, claimed, item, target, fence: claim.fence, read: null, sent: false, outcome: null })
  }

  close(): Promise<void> {
    return this.#drop()
  }

  /** Nothing is left of the walk before; a worker is there. */
  async begin(items: number): Promise<void> {
    const tables = ['queue', 'claim', 'recheck', 'indexed', 'errors', 'rights', 'watermark', 'duty', 'worker']
    for (const table of tables) await this.db.query(`DELETE FROM slip_${table}`)
    await this.db.query(
      `UPDATE slip_shard SET state = 'open', state_before = NULL, weight = 1, reason = '', accepted_at = NULL, marked_at = NULL,
         durable_at = NULL, behind_from = NULL, adopted_fence = 0`,
    )
    await this.server.empty()
    this.worker = await worker(this.db)
    this.inHand = []
    this.stateCopy = null
    this.shardCopy = null
    this.items = Array.from({ length: items }, (_, index) => ({
      htid: `i.${String(index).padStart(3, '0')}`,
      version: 0,
      said: 0,
      gone: false,
      asked: { main: 0, second: 0 },
    }))
  }
}

/** Ids as SQL of both dialects. */
export const listOf = (ids: readonly string[]): string => ids.map((id) => `'${id}'`).join(', ')
