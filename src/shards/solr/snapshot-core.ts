import { z } from 'zod'
import { until } from '../http/until.ts'
import { snapshotFailed } from '../snapshot.ts'
import { acknowledged, contentOf, isStatus } from './answers.ts'
import { commitShard } from './commit.ts'
import type { Core } from './core.ts'
import type { Cores } from './cores.ts'
import { askCore } from './request.ts'

/** A snapshot of one core. */
export interface CoreSnapshot {
  readonly target: string
  readonly shard: number
  readonly name: string
  /** Folder on the server; undefined = the data folder of the core. */
  readonly location: string | undefined
}

/** What a core tells of its last snapshot; of one that failed nothing but why. */
const backupShape = z.object({
  snapshotName: z.string().optional(),
  status: z.string().optional(),
  exception: z.string().optional(),
  startTime: z.string().optional(),
})
type Backup = z.infer<typeof backupShape>

/**
 * Has a core of a server that stands alone copy its last commit, by its replication handler. Of snapshots that are made at
 * once the core tells of the one that ended last: whether the others are whole nobody can know, and they count as failed.
 */
export async function snapshotCore(cores: Cores, { target, shard, name, location }: CoreSnapshot): Promise<void> {
  await commitShard(cores, shard, 'durable')
  const core = await cores.of(shard)
  const own = nameOf(core, name)
  // what went wrong before looks as what goes wrong now; a core that is loaded again has forgotten it
  const before = await backupOf(core)
  if (before?.exception !== undefined) await reload(core)
  await replication(core, 'backup', own, location)
  await until(async () => {
    const backup = await backupOf(core)
    if (backup?.exception !== undefined)
      throw snapshotFailed(`${placeOf(core)}: snapshot ${own} failed: ${backup.exception}`, { target, shard })
    if (backup?.snapshotName === own) return backup.status === 'success'
    if (backup === undefined || isSame(backup, before)) return false
    const other = `${placeOf(core)}: snapshot ${backup.snapshotName} was made at the same time, and Solr tells of the last alone`
    throw snapshotFailed(`${other}: whether ${own} is whole is not known; make one of another name`, { target, shard })
  })
}

const isSame = (one: Backup, other: Backup | undefined): boolean =>
  one.snapshotName === other?.snapshotName && one.startTime === other?.startTime

/**
 * Throws SNAPSHOT_FAILED where a core has no such snapshot. A restore of one that is not there costs the core its index, when it
 * was restored before: Solr goes back to the folder it had at first. It has no list of snapshots, but it says of a name
 * whether it is taken, before it looks for a commit that it does not have.
 */
export async function assertSnapshot(cores: Cores, { target, shard, name, location }: CoreSnapshot): Promise<void> {
  const core = await cores.of(shard)
  const own = nameOf(core, name)
  try {
    await replication(core, 'backup', own, location, { commitName: 'slip asks whether the name is taken' })
  } catch (error) {
    if (isStatus(error, 400) && /already exists/i.test(error.words)) return
    throw error
  }
  const where = location ?? 'its data folder'
  throw snapshotFailed(`${placeOf(core)}: there is no snapshot ${own} in ${where}`, { target, shard })
}

/**
 * Has a core take a snapshot for its index. What it had not committed it would go on knowing by key, as if that were in the
 * index.
 */
export async function restoreCore(cores: Cores, { target, shard, name, location }: CoreSnapshot): Promise<void> {
  for (const reach of ['durable', 'visible'] as const) await commitShard(cores, shard, reach)
  const core = await cores.of(shard)
  const own = nameOf(core, name)
  await replication(core, 'restore', own, location)
  await until(async () => {
    const path = '/replication?command=restorestatus&wt=json'
    const { restorestatus } = await askCore(core, { method: 'GET', path }, z.object({ restorestatus: backupShape }))
    const { status, exception } = restorestatus
    const why = `the restore of snapshot ${own} failed: ${exception ?? 'without a reason'}`
    if (status === 'failed') throw snapshotFailed(`${placeOf(core)}: ${why}`, { target, shard })
    return status === 'success'
  })
}

/** Snapshots of several cores may lie in one folder. */
const nameOf = (core: Core, name: string): string => `${core.name}-${name}`

const placeOf = ({ node, name }: Core): string => `${node.url}/${name}`

async function replication(
  core: Core,
  command: string,
  name: string,
  location: string | undefined,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const where = location === undefined ? {} : { location }
  const parameters = new URLSearchParams({ command, name, ...where, ...more, wt: 'json' })
  await askCore(core, { method: 'GET', path: `/replication?${parameters}` }, acknowledged)
}

async function backupOf(core: Core): Promise<Backup | undefined> {
  const path = '/replication?command=details&wt=json'
  const shape = z.object({ details: z.object({ backup: backupShape.optional() }) })
  return (await askCore(core, { method: 'GET', path }, shape)).details.backup
}

async function reload(core: Core): Promise<void> {
  const path = `/admin/cores?${new URLSearchParams({ action: 'RELOAD', core: core.name, wt: 'json' })}`
  contentOf(await core.node.request({ method: 'GET', path }), acknowledged)
}
