import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { until } from '../http/until.ts'
import { shardNumbers } from '../shard-numbers.ts'
import { type OnShard, snapshotFailed } from '../snapshot.ts'
import { acknowledged, contentOf, isStatus } from './answers.ts'
import { commitShard } from './commit.ts'
import type { Cores } from './cores.ts'
import type { SolrOptions } from './options.ts'

interface Asked {
  readonly name: string
  readonly shards: number
  readonly onShard: OnShard
}

/** Has a SolrCloud copy the last commit of each shard of a collection, into one folder that all nodes share. */
export async function snapshotCollection(cores: Cores, options: SolrOptions, asked: Asked): Promise<void> {
  const place = placeOf(options, asked.name)
  if (await isThere(cores, place))
    throw snapshotFailed(`there is a snapshot ${place.name} in ${place.location} already`, options)
  for (const shard of shardNumbers(asked.shards)) await commitShard(cores, shard, 'durable')
  await collections(cores, options, { action: 'BACKUP', collection: options.index, ...place })
  for (const shard of shardNumbers(asked.shards)) await asked.onShard(shard)
}

/** Has a SolrCloud take a snapshot for the shards of a collection; the collection is read-only meanwhile. */
export async function restoreCollection(cores: Cores, options: SolrOptions, asked: Asked): Promise<void> {
  for (const shard of shardNumbers(asked.shards))
    for (const reach of ['durable', 'visible'] as const) await commitShard(cores, shard, reach)
  await collections(cores, options, { action: 'RESTORE', collection: options.index, ...placeOf(options, asked.name) })
  cores.forget()
  for (const shard of shardNumbers(asked.shards)) await asked.onShard(shard)
}

function placeOf({ target, index, snapshots: location }: SolrOptions, name: string) {
  if (location !== undefined) return { name: `${index}-${name}`, location }
  const key = `targets.${target}.snapshots`
  throw snapshotFailed(`${key} is missing: a SolrCloud needs a folder that all its nodes share`, { target })
}

const listShape = z.object({ backups: z.array(z.unknown()).optional() })

/** What is kept under a name a second time becomes a second point of the first, and a restore takes the last. */
async function isThere(cores: Cores, place: { name: string; location: string }): Promise<boolean> {
  try {
    const parameters = new URLSearchParams({ action: 'LISTBACKUP', ...place, wt: 'json' })
    const answer = await cores.nodes.request({ method: 'GET', path: `/admin/collections?${parameters}` })
    return contentOf(answer, listShape).backups?.length !== 0
  } catch (error) {
    // the making of it tells what else may be wrong
    if (isStatus(error, 400, 500)) return false
    throw error
  }
}

const taskShape = z.object({
  status: z.object({ state: z.string(), msg: z.string().optional() }),
  exception: z.object({ msg: z.string().optional() }).optional(),
  failure: z.record(z.string(), z.unknown()).optional(),
})

/** A request about a collection that takes long: begun, and asked after until it is over. */
async function collections(cores: Cores, { target }: SolrOptions, values: Record<string, string>): Promise<void> {
  const id = `slip-${randomUUID()}`
  const ask = async <T>(parameters: Record<string, string>, shape: z.ZodType<T>): Promise<T> => {
    const path = `/admin/collections?${new URLSearchParams({ ...parameters, wt: 'json' })}`
    return contentOf(await cores.nodes.request({ method: 'GET', path }), shape)
  }
  await ask({ ...values, async: id }, acknowledged)
  await until(async () => {
    const { status, exception, failure } = await ask({ action: 'REQUESTSTATUS', requestid: id }, taskShape)
    if (status.state === 'completed') return true
    if (status.state !== 'failed' && status.state !== 'notfound') return false
    const words = exception?.msg ?? Object.values(failure ?? {}).join('; ')
    const message = `${values.action} of ${values.collection} ${status.state}: ${words || (status.msg ?? 'without a reason')}`
    throw snapshotFailed(message, { target })
  })
  await ask({ action: 'DELETESTATUS', requestid: id }, acknowledged)
}
