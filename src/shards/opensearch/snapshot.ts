import { z } from 'zod'
import { until } from '../http/until.ts'
import { shardNumbers } from '../shard-numbers.ts'
import { type OnShard, snapshotFailed } from '../snapshot.ts'
import { aliasesOf } from './aliases.ts'
import { shardAlias, shardIndex } from './names.ts'
import { ask, refusalIn, type Server, withJson } from './server.ts'

interface Asked {
  readonly name: string
  readonly shards: number
  readonly onShard: OnShard
}

const acceptedShape = z.object({ accepted: z.boolean() })

const statusShape = z.object({
  snapshots: z.array(
    z.object({
      state: z.string(),
      indices: z.record(z.string(), z.object({ shards_stats: z.object({ done: z.number() }) })),
    }),
  ),
})

/** See Engine.snapshot. The repository is the administrator's; a shard is flushed before it is copied. */
export async function snapshot(server: Server, { name, shards, onShard }: Asked): Promise<void> {
  const indices = await indicesOf(server, shards)
  const body = { indices: [...indices.keys()].join(), include_global_state: false, ignore_unavailable: false }
  const path = pathOf(server, name)
  await told(server, () => ask(server, withJson('PUT', path, body), { shape: acceptedShape }))
  const done = new Set<number>()
  await until(async () => {
    const [status] = (await ask(server, { method: 'GET', path: `${path}/_status` }, { shape: statusShape })).snapshots
    for (const [index, { shards_stats }] of Object.entries(status?.indices ?? {}))
      if (shards_stats.done > 0) await onceOnly(done, indices.get(index), onShard)
    if (status?.state === 'ABORTED') throw snapshotFailed(`${path}: was aborted`, { target: server.target })
    // SUCCESS here may be a snapshot of which shards failed: only the repository tells
    if (status?.state !== 'SUCCESS' && status?.state !== 'FAILED') return false
    const kept = await keptOf(server, path)
    // its shards are copied then, and the repository has it a moment later: until then no index of it may be closed
    if (kept === undefined || kept.state === 'IN_PROGRESS') return false
    assertWhole(server, path, kept)
    return true
  })
  for (const shard of indices.values()) await onceOnly(done, shard, onShard)
}

/**
 * See Engine.restore. An index takes a snapshot only while it is closed, and is open again with it; its aliases are those of
 * the snapshot. What cannot be restored is told before anything is closed, as far as it can be known.
 */
export async function restore(server: Server, { name, shards, onShard }: Asked): Promise<void> {
  const indices = await indicesOf(server, shards)
  const path = pathOf(server, name)
  const list = [...indices.keys()]
  await told(server, async () => {
    const { indices: held } = assertWhole(server, path, await keptOf(server, path))
    const lacking = list.filter((index) => !held.includes(index))
    if (lacking.length > 0) throw snapshotFailed(`${path}: has no ${lacking.join(', ')}`, { target: server.target })
  })
  await told(server, () =>
    openUnlessDone(server, list, async () => {
      await eachPart(server, list, '_close')
      const body = { indices: list.join(), include_global_state: false }
      await ask(server, withJson('POST', `${path}/_restore`, body), { shape: acceptedShape })
    }),
  )
  const done = new Set<number>()
  await until(async () => {
    for (const { index, state, reason, details } of await primariesOf(server, list)) {
      if (reason === 'ALLOCATION_FAILED') throw snapshotFailed(`${index}: ${details}`, { target: server.target })
      if (state === 'STARTED') await onceOnly(done, indices.get(index), onShard)
    }
    return done.size === indices.size
  })
}

async function onceOnly(done: Set<number>, shard: number | undefined, onShard: OnShard): Promise<void> {
  if (shard === undefined || done.has(shard)) return
  done.add(shard)
  await onShard(shard)
}

/** The index of each shard, by the alias that leads to it; of one that was lost the name that it had. */
async function indicesOf(server: Server, shards: number): Promise<Map<string, number>> {
  const present = await aliasesOf(server)
  const numbers = shardNumbers(shards)
  return new Map(
    numbers.map((shard) => {
      const found = present.find(({ alias }) => alias === shardAlias(server.index, shard))
      return [found?.index ?? shardIndex(server.index, shard), shard]
    }),
  )
}

/** Several targets may have one repository. */
const pathOf = ({ index, snapshots }: Server, name: string): string => `/_snapshot/${snapshots}/${index}-${name}`

interface Copy {
  readonly index: string
  readonly state: string
  /** Why it is on no node. */
  readonly reason: string | null
  readonly details: string | null
}

/** As many names as the line of a request has room for. */
const mostNames = 30
const parts = (names: readonly string[]): string[] =>
  Array.from({ length: Math.ceil(names.length / mostNames) }, (_, at) =>
    names.slice(at * mostNames, (at + 1) * mostNames).join(),
  )

/** Of an index that was lost there is nothing to be closed or opened. */
async function eachPart(server: Server, list: readonly string[], verb: '_close' | '_open'): Promise<void> {
  for (const part of parts(list)) {
    const path = `/${part}/${verb}?ignore_unavailable=true`
    await ask(server, { method: 'POST', path }, { shape: z.object({ acknowledged: z.boolean() }) })
  }
}

/** Opens the indices again where they were closed for nothing. Throws what `work` throws. */
async function openUnlessDone(server: Server, list: readonly string[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // a server that is away opens nothing either: what kept it from the restore is told
    await eachPart(server, list, '_open').catch(() => {})
    throw error
  }
}

const rowsShape = z.array(z.record(z.string(), z.string().nullable()))

async function primariesOf(server: Server, list: readonly string[]): Promise<Copy[]> {
  const columns = 'index,prirep,state,unassigned.reason,unassigned.details'
  const rows: z.infer<typeof rowsShape> = []
  for (const part of parts(list)) {
    const path = `/_cat/shards/${part}?format=json&h=${columns}`
    rows.push(...(await ask(server, { method: 'GET', path }, { shape: rowsShape })))
  }
  return rows
    .filter(({ prirep }) => prirep === 'p')
    .map((row) => ({
      index: row.index ?? '',
      state: row.state ?? '',
      reason: row['unassigned.reason'] ?? null,
      details: row['unassigned.details'] ?? null,
    }))
}

const keptShape = z.object({
  snapshots: z.array(
    z.object({
      state: z.string(),
      indices: z.array(z.string()),
      failures: z.array(z.object({ index: z.string(), reason: z.string() })).optional(),
    }),
  ),
})
type Kept = z.infer<typeof keptShape>['snapshots'][number]

/** As the repository has it; one that the cluster has not let go of is IN_PROGRESS. */
const keptOf = async (server: Server, path: string): Promise<Kept | undefined> =>
  (await ask(server, { method: 'GET', path }, { shape: keptShape })).snapshots[0]

/** The snapshot, which has all of its shards. Throws SNAPSHOT_FAILED with what it says of those it lacks. */
function assertWhole(server: Server, path: string, kept: Kept | undefined): Kept {
  if (kept?.state === 'SUCCESS') return kept
  const words = kept?.failures?.map(({ index, reason }) => `${index}: ${reason}`).join('; ')
  throw snapshotFailed(`${path}: ${words || `is ${kept?.state ?? 'not there'}`}`, { target: server.target })
}

/** What the server refuses it has been asked for wrongly, or is not set up for. */
async function told(server: Server, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const refusal = refusalIn(error)
    if (refusal === null || ![400, 404, 500].includes(refusal.status)) throw error
    throw snapshotFailed((error as Error).message, { target: server.target }, error)
  }
}
