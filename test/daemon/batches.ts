import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Breakers } from '../../src/daemon/breakers.ts'
import { LeaseKeeper } from '../../src/daemon/lease.ts'
import { StormBrake } from '../../src/daemon/storm-brake.ts'
import { EventBus } from '../../src/events/bus.ts'
import { Acceptance } from '../../src/indexer/acceptance.ts'
import { AskedSources } from '../../src/indexer/asked-sources.ts'
import { Batch } from '../../src/indexer/batch.ts'
import { ByteBudget } from '../../src/indexer/byte-budget.ts'
import { ClaimRun } from '../../src/indexer/claim-run.ts'
import { Connections } from '../../src/indexer/connections.ts'
import { DocumentLimit } from '../../src/indexer/document-limit.ts'
import { ParcelSizes } from '../../src/indexer/parcel-sizes.ts'
import { Pipeline } from '../../src/indexer/pipeline.ts'
import { openPairtree } from '../../src/repository/pairtree.ts'
import type { Repository } from '../../src/repository/repository.ts'
import type { Engine } from '../../src/shards/engine.ts'
import type { Claim } from '../../src/state/queue/claim.ts'
import type { Library } from './library.ts'

export interface BatchOptions {
  /** False = its lease is no longer ours. */
  readonly hold?: boolean
  readonly stop?: AbortSignal
  /** In front of the library's. */
  readonly engine?: Engine
  readonly repository?: Repository
  /** Of a parcel, and of all in memory. */
  readonly batchBytes?: number
  readonly inFlightBytes?: number
  readonly connections?: number
  readonly maxDocumentBytes?: number
}

/** A claimed batch that runs as slip-index runs it. */
export interface RunningBatch {
  readonly breakers: Breakers
  readonly leases: LeaseKeeper
  /** What it told. */
  readonly told: { readonly name: string; readonly fields: Record<string, unknown> }[]
  /** Resolves with the fields of its index.batch. */
  readonly ended: Promise<Record<string, unknown> | undefined>
}

export const volumesOf = ({ folder }: Library): Repository => openPairtree({ root: join(folder, 'pairtree') })

export function startBatch(library: Library, worker: string, claim: Claim, options: BatchOptions = {}): RunningBatch {
  const { hold = true, stop = new AbortController().signal, engine = library.engine, batchBytes = 8 << 20 } = options
  const { state, config } = library
  const bus = new EventBus()
  const told: RunningBatch['told'] = []
  bus.subscribe((name, fields) => told.push({ name, fields: fields as never }))
  const leases = new LeaseKeeper(state.db, bus)
  if (hold) leases.hold(claim.token, claim.items.length, 60_000, performance.now())
  const breakers = new Breakers(state.db, bus, { failures: 3, probe: 30_000 }, false)
  const asked = new AskedSources(config, breakers)
  const brake = new StormBrake(1)
  const repository = options.repository ?? volumesOf(library)
  const pipeline = new Pipeline()
  const budget = new ByteBudget(options.inFlightBytes ?? 24 << 20)
  const connections = new Connections(options.connections ?? 2, stop)
  const context = { config, db: state.db, bus, repository, engine, leases, worker, stop, breakers, asked, brake }
  const sizes = new ParcelSizes(batchBytes)
  const acceptance = new Acceptance(state.db)
  const limit = new DocumentLimit(engine, options.maxDocumentBytes)
  const paced = { budget, connections, sizes, acceptance, limit }
  const run = new ClaimRun({ ...context, pipeline, ...paced, probesStorm: false }, claim)
  const { assembled } = new Batch({ ...context, mount: 'm' }, run).start()
  const ended = run
    .end(assembled)
    .then(() => told.find(({ name }) => name === 'index.batch')?.fields)
    .finally(async () => {
      leases.drop(claim.token)
      await leases.stop()
    })
  return { leases, breakers, told, ended }
}
