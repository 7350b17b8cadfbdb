import { enqueueChanged, requestItems } from '../../../src/state/queue/enqueue.ts'
import { holdItems, releaseItems } from '../../../src/state/queue/hold.ts'
import { purgeItems } from '../../../src/state/queue/purge.ts'
import { merge, upsertRights } from '../../../src/state/rights/upsert-rights.ts'
import { retryErrors, skipErrors } from '../error-pages.ts'
import { digestOf } from '../fixture.ts'
import { type At, byTarget, chance } from './step.ts'
import { type Item, listOf, type TargetName, targets, type World } from './world.ts'

/** What the sources say, and what people ask for. */
const by = { person: 'somebody', reason: 'to see what happens' }

/** New content, and in three of ten cases nobody may see it any more. */
export const change = (world: World, at: readonly At[]) => say(world, at, ({ pick }) => chance(pick, 30))

/** Nobody may see it any more. */
export const withdraw = (world: World, at: readonly At[]) => say(world, at, () => true)

async function say(world: World, at: readonly At[], isGone: (at: At) => boolean): Promise<void> {
  for (const each of at) {
    const { item } = each
    item.said = ++item.version
    item.gone = isGone(each)
  }
  const items = at.map(({ item }) => item)
  await readSources(world, items)
}

/** slip-rights. What is then new is a request: nothing older may be in the engine at the end. */
export async function readSources(world: World, items: readonly Item[]): Promise<void> {
  const contributions = items.map(({ htid, gone, said }) => {
    const part = { attr: gone ? 8 : 1, recordId: 'r1', recordDigest: digestOf(said) }
    return { htid, apply: (known: Parameters<typeof merge>[0]) => merge(known, part) }
  })
  const changes = await world.db.transaction((tx) => upsertRights(tx, contributions))
  for (const item of items)
    if (changes.get(item.htid) !== 'NOOP') for (const target of targets) item.asked[target] = item.version
}

const changed = (lane: 'daily' | 'bulk') => (world: World, at: readonly At[]) =>
  byTarget(at, (target, _, htids) =>
    world.db.transaction((tx) => enqueueChanged(tx, target, htids, { lane, reason: 'changed' })),
  )

export const enqueue = changed('daily')
export const sweep = changed('bulk')

/** The files are replaced, and somebody says so. */
export const request = (world: World, at: readonly At[]) =>
  byTarget(at, async (target, of, htids) => {
    for (const { item } of of) item.version++
    await world.db.transaction((tx) => requestItems(tx, target, htids, { lane: 'ops', reason: 'asked' }))
    for (const { item } of of) item.asked[target] = item.version
  })

export const retry = (world: World, at: readonly At[]) =>
  byTarget(at, async (target, of, htids) => {
    const done = await world.db.transaction((tx) => retryErrors(tx, { target, htids }))
    const requested = new Set(done.get(target))
    for (const { item } of of) if (requested.has(item.htid)) item.asked[target] = item.version
  })

export const skip = (world: World, at: readonly At[]) =>
  byTarget(at, async (target, _, htids) => {
    const done = await world.db.transaction((tx) => skipErrors(tx, { target, htids }, by))
    await withdrawRequests(world, target, done.get(target) ?? [])
  })

export const purge = (world: World, at: readonly At[]) =>
  byTarget(at, async (target, _, htids) => {
    const { purged } = await world.db.transaction((tx) => purgeItems(tx, target, htids, by))
    await withdrawRequests(world, target, purged)
  })

/** Somebody gives up what was asked for: what is indexed may stay, and must not become older. */
async function withdrawRequests(world: World, target: TargetName, htids: readonly string[]): Promise<void> {
  if (htids.length === 0) return
  const rows = await world.db.query<{ htid: string; digest: string | null }>(
    `SELECT htid, digest FROM slip_indexed WHERE target = '${target}' AND htid IN (${listOf(htids)})`,
  )
  const indexed = new Map(rows.map(({ htid, digest }) => [htid, Number.parseInt(digest ?? '0', 16)]))
  for (const item of world.items.filter(({ htid }) => htids.includes(htid)))
    item.asked[target] = Math.min(item.asked[target], indexed.get(item.htid) ?? 0)
}

export const hold = (world: World, at: readonly At[]) =>
  byTarget(at, (target, _, htids) => world.db.transaction((tx) => holdItems(tx, target, htids)))

export const release = (world: World, at: readonly At[]) =>
  byTarget(at, (target, _, htids) => world.db.transaction((tx) => releaseItems(tx, target, htids)))
