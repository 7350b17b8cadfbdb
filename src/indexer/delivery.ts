import { performance } from 'node:perf_hooks'
import type { Config } from '../config/load.ts'
import type { Breakers } from '../daemon/breakers.ts'
import type { LeaseKeeper } from '../daemon/lease.ts'
import type { StormBrake } from '../daemon/storm-brake.ts'
import { wait } from '../daemon/wait.ts'
import { asSlipError, type SlipError } from '../errors/slip-error.ts'
import type { EventBus } from '../events/bus.ts'
import type { Engine } from '../shards/engine.ts'
import type { Database } from '../state/connection.ts'
import { shardText } from '../state/control/shard-name.ts'
import type { Claim } from '../state/queue/claim.ts'
import { lanes } from '../state/queue/lanes.ts'
import type { Acceptance } from './acceptance.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { Connections } from './connections.ts'
import { type DocumentLimit, withinLimit } from './document-limit.ts'
import type { ItemOutcome } from './outcome.ts'
import type { ParcelSizes } from './parcel-sizes.ts'
import type { Pipeline } from './pipeline.ts'
import { idsOf, type Parcel, post, shardOf } from './post.ts'
import { isDelayed, refusesAlone, type Settlement, settleClaim } from './settle.ts'
import { alone, postSuspects } from './suspects.ts'
import { faultsOf, putOff, stormError, weigh } from './weigh.ts'

export interface DeliveryContext {
  readonly config: Config
  readonly db: Database
  readonly bus: EventBus
  readonly engine: Engine
  readonly leases: LeaseKeeper
  readonly worker: string
  readonly stop: AbortSignal
  readonly breakers: Breakers
  readonly brake: StormBrake
  readonly pipeline: Pipeline
  /** The share of the target. */
  readonly budget: ByteBudget
  /** To the engine of the target. */
  readonly connections: Connections
  /** Of the parcels of the target. */
  readonly sizes: ParcelSizes
  readonly acceptance: Acceptance
  /** Of the documents of the target. */
  readonly limit: DocumentLimit
  /** The target is suspended by the storm brake, and this batch tries it out. */
  readonly probesStorm: boolean
}

/** What became of a parcel and of what failed before it could be in one. */
export interface Delivered {
  readonly settlement: Settlement
  readonly outcomes: readonly ItemOutcome[]
  /** Items handed back, for what they need was suspended meanwhile. */
  readonly spared: number
  /** Items that came to an end, and the codes of those that did by a fault of their own. */
  readonly ended: number
  readonly faults: readonly string[]
  /** Set when the storm brake noticed a storm in it. */
  readonly storm: SlipError | null
}

interface Posted {
  readonly outcomes: readonly ItemOutcome[]
  readonly spared: number
}

/**
 * Posts a parcel of a claim in its turn, settles it with what failed before, and tells. Its documents are let go as soon as
 * the engine has answered. With the lease lost nothing is sent and nothing settled.
 *
 * @throws DATABASE_UNAVAILABLE when it could not be settled while the lease was held, or before the process was to stop
 */
export async function deliver(
  context: DeliveryContext,
  claim: Claim,
  parcel: Parcel,
  failed: readonly ItemOutcome[],
): Promise<Delivered> {
  const size = parcel.documents.length + parcel.removals.length + failed.length
  const shard = shardOf(parcel)
  const posted = await send(context, claim, parcel)
  if (posted === null) return lost(size)
  const { outcomes, ...early } = weighAll(context, claim, [...posted.outcomes, ...failed])
  if (outcomes.some(({ kind }) => kind === 'indexed')) await context.acceptance.note(claim, shard)
  const settlement = await settle(context, claim, outcomes)
  const ends = withRefused(outcomes, settlement)
  tell(context, claim, ends)
  const { outcomes: _, ...late } = weighAll(context, claim, ends.filter(isRefused))
  const faults = [...early.faults, ...late.faults]
  const [ended, storm] = [early.ended + late.ended, early.storm ?? late.storm]
  return { settlement, outcomes: ends, spared: posted.spared, ended, faults, storm }
}

const isRefused = (outcome: ItemOutcome) => outcome.kind === 'failed' && outcome.error.code === 'ENGINE_REFUSES_ALONE'

/** As they ended: the database knows who was refused for the third time. */
function withRefused(outcomes: readonly ItemOutcome[], { refused = [] }: Settlement): readonly ItemOutcome[] {
  return outcomes.map((each) =>
    each.kind === 'failed' && refused.includes(each.htid) ? { ...each, error: refusesAlone(each) } : each,
  )
}

const lost = (size: number): Delivered => ({
  settlement: { indexed: 0, deleted: 0, errors: 0, delayed: 0, returned: 0, fencedOut: size },
  outcomes: [],
  spared: 0,
  ended: 0,
  faults: [],
  storm: null,
})

/** Null when the lease is lost: nothing was sent, nor may anything be settled. */
async function send(context: DeliveryContext, claim: Claim, parcel: Parcel): Promise<Posted | null> {
  const { engine, connections, pipeline, budget, leases, stop } = context
  const isLost = () => leases.isLost(claim.token)
  try {
    const shard = shardOf(parcel)
    // neither ledger nor queue knows a shard: there is nothing to ask of an engine
    if (shard === 0) return isLost() ? null : { outcomes: await post(engine, parcel), spared: 0 }
    const most = await context.limit.bytes()
    const node = engine.nodeOf(shard)
    const { posted } = await connections.use(node, async () => {
      if (isLost()) return { answered: null, posted: null }
      const mayAnswer = !stop.aborted || !(connections.isResting(node) || connections.isSilent(node))
      if (!mayAnswer || isSuspended(context, claim.target, shard)) return { answered: null, posted: spare(parcel) }
      const { fitting, refused } = withinLimit(parcel, most)
      if (idsOf(fitting).length === 0) return { answered: null, posted: { outcomes: refused, spared: 0 } }
      const { outcomes, answered } = await postAll(context, claim, shard, fitting)
      const all = [...outcomes, ...refused]
      return { answered, retryAfterMs: retryAfterOf(outcomes), posted: { outcomes: all, spared: 0 } }
    })
    return posted
  } finally {
    for (const { document } of parcel.documents.splice(0)) budget.release(document.bytes)
    pipeline.progressed()
  }
}

/**
 * Posts a parcel, and what it suspects by itself: while the lease holds, the shard is not suspended and the process is not
 * to stop. What came of a suspect by itself says whether the shard is there; that the parcel broke says it only without.
 */
async function postAll(context: DeliveryContext, claim: Claim, shard: number, parcel: Parcel) {
  const { engine, stop, leases } = context
  const posted = await postMeasured(context, claim.target, shard, parcel)
  if (claim.lane === lanes.alone) {
    const outcomes = posted.map(alone)
    return { outcomes, answered: hearShards(context, claim, outcomes) }
  }
  let answered: boolean | null = null
  const outcomes = await postSuspects(
    {
      engine,
      mayGoOn: () => !stop.aborted && !leases.isLost(claim.token) && !isSuspended(context, claim.target, shard),
      hear: (outcome) => {
        answered = hearShards(context, claim, [outcome])
      },
    },
    parcel,
    posted,
  )
  return { outcomes, answered: answered ?? hearShards(context, claim, outcomes) }
}

function retryAfterOf(outcomes: readonly ItemOutcome[]): number | undefined {
  const asked = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? (outcome.retryAfterMs ?? []) : []))
  return asked.length === 0 ? undefined : Math.max(...asked)
}

/** Posts a parcel and lets those that follow be as large as the server of the shard takes them. */
async function postMeasured(
  { engine, sizes, bus }: DeliveryContext,
  target: string,
  shard: number,
  parcel: Parcel,
): Promise<ItemOutcome[]> {
  const bytes = parcel.documents.reduce((sum, { document }) => sum + document.bytes, 0)
  let isTooLarge = false
  const startedAt = performance.now()
  const outcomes = await post(engine, parcel, () => {
    isTooLarge = true
  })
  const milliseconds = performance.now() - startedAt
  bus.emit('index.posted', {
    target,
    shard,
    documents: parcel.documents.length,
    bytes,
    milliseconds: Math.round(milliseconds),
  })
  const retryAfterMs = retryAfterOf(outcomes)
  const done = outcomes.every(({ kind }) => kind === 'indexed' || kind === 'deleted')
  sizes.hear(shard, { bytes, milliseconds, tooMuch: isTooLarge || retryAfterMs !== undefined, done })
  return outcomes
}

/** Whether what an item needs of the engine is left alone now. */
export function isSuspended({ breakers }: Pick<DeliveryContext, 'breakers'>, target: string, shard: number): boolean {
  return breakers.isSuspended('target', target) || breakers.isSuspended('shard', shardText({ target, shard }))
}

function spare(parcel: Parcel): Posted {
  const htids = idsOf(parcel)
  return { outcomes: htids.map((htid) => ({ kind: 'returned', htid, fence: 0 })), spared: htids.length }
}

/** A shard that answered for one item is there; one that answered for none is away. True when all are there. */
function hearShards({ breakers }: DeliveryContext, { target, items }: Claim, posted: readonly ItemOutcome[]): boolean {
  const shards = new Map(items.map(({ htid, shard }) => [htid, shard]))
  let areThere = true
  for (const [shard, outcomes] of Map.groupBy(posted, ({ htid }) => shards.get(htid) ?? 0)) {
    if (shard === 0) continue
    const errors = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.error] : []))
    const silent = errors.filter(({ code }) => code === 'ENGINE_UNAVAILABLE')
    const [first] = silent
    if (first !== undefined && silent.length === outcomes.length) {
      areThere = false
      breakers.failed('shard', shardText({ target, shard }), first)
    } else breakers.succeeded('shard', shardText({ target, shard }))
  }
  return areThere
}

/** What the storm brake lets through: with a storm, the target is suspended and what fails stays unburnt. */
function weighAll({ brake, breakers, probesStorm }: DeliveryContext, { target }: Claim, all: readonly ItemOutcome[]) {
  const { ended, faults } = faultsOf(all)
  if (probesStorm) return { outcomes: putOff(all), ended, faults, storm: null }
  const { weighed, storm: found } = weigh(brake, all)
  const storm = found === null ? null : stormError(found)
  if (storm !== null) breakers.suspend('target', target, storm)
  return { outcomes: weighed, ended, faults, storm }
}

/**
 * Again and again while the lease holds, for what the engine took must reach the ledger; once more at most when the
 * process is to stop: the reaper takes back what is left.
 */
async function settle(context: DeliveryContext, claim: Claim, outcomes: readonly ItemOutcome[]): Promise<Settlement> {
  const { db, bus, config, worker, leases, stop } = context
  const by = { worker, indexer: config.indexer, configDigest: config.digest }
  for (let tries = 0, pauseMs = 250; ; tries++, pauseMs = Math.min(pauseMs * 2, 5_000)) {
    try {
      return await settleClaim(db, claim, outcomes, by, tries > 0)
    } catch (thrown) {
      const error = asSlipError(thrown)
      if (error.class !== 'environment' || stop.aborted || leases.isLost(claim.token)) throw error
      const { code, message, place } = error
      bus.emit('daemon.waiting', { code, message, place, seconds: pauseMs / 1000 })
      await wait(pauseMs, stop)
    }
  }
}

function tell({ bus, config }: DeliveryContext, { target, fence, items }: Claim, outcomes: readonly ItemOutcome[]) {
  for (const outcome of outcomes) {
    const { htid } = outcome
    if (outcome.kind === 'failed') {
      const { code, message, place } = outcome.error
      const delayed = isDelayed(outcome, config.indexer.attempts)
      bus.emit('index.item-failed', { target, htid, code, message, place, delayed })
    }
    if (outcome.kind === 'returned' && outcome.fence > 0) {
      const shard = items.find((item) => item.htid === htid)?.shard ?? 0
      bus.emit('index.stale-refused', { target, htid, shard, ours: fence, theirs: outcome.fence })
    }
  }
}
