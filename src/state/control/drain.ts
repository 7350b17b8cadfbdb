import type { Connection, Database } from '../connection.ts'
import { laneName } from '../queue/lanes.ts'
import { reap } from '../queue/reap.ts'
import { asked, isRow } from '../queue/row-of.ts'
import type { Scope } from './pause.ts'
import { parseShard } from './shard-name.ts'
import { expireWorkers, longestSilence } from './worker.ts'

/**
 * When has a pause been obeyed by everybody? It is committed, then the clock C is taken. A worker writes in its heartbeat
 * the clock it took before it read slip_control: once that is behind C it has read the pause, and the batch it had in
 * hand is over. So nothing is drained before each worker's control_seen > C and nothing in scope is claimed.
 *
 * Races: a silent worker may be about to claim. To expire it waits for its row, which a claim holds FOR SHARE: a claim
 * that came first is seen below and waited for, one that comes later finds itself expired. A control_seen ahead of the
 * clock was written before the clock was set back, and says nothing.
 *
 * Claims of the dead come back after their lease, also where no daemon is left whose chore would see to it.
 */
export interface Waiting {
  readonly stage: string
  readonly host: string
  readonly pid: number
}

export interface DrainState {
  /** Workers that have not read the pause yet. */
  readonly workers: readonly Waiting[]
  readonly claims: number
  /** In those claims. */
  readonly items: number
}

export const isDrained = ({ workers, claims }: DrainState): boolean => workers.length === 0 && claims === 0

const statements = {
  postgres: {
    unread: `
      SELECT stage, host, pid FROM slip_worker
      WHERE expired_at IS NULL AND (control_seen > $1::timestamptz AND control_seen <= clock_timestamp()) IS NOT TRUE
      ORDER BY stage, host, pid`,
    inShard: `
      WITH ${asked('$1', '$2::text[]')}
      SELECT 1 FROM asked JOIN slip_queue q ON ${isRow('q', 'asked')} WHERE q.claim_token = $3 AND q.shard = $4 LIMIT 1`,
  },
  mysql: {
    unread: `
      SELECT stage, host, pid FROM slip_worker
      WHERE expired_at IS NULL AND (control_seen > CAST(? AS DATETIME(6)) AND control_seen <= SYSDATE(6)) IS NOT TRUE
      ORDER BY stage, host, pid`,
    inShard: 'SELECT 1 FROM slip_queue WHERE target = ? AND htid IN (?) AND claim_token = ? AND shard = ? LIMIT 1',
  },
}

/** Who must obey a pause of a scope: the stages that look at it, on the host it names. */
function obeys({ kind, name }: Scope, worker: Waiting): boolean {
  if (kind === 'stage') return worker.stage === name
  if (kind === 'host') return worker.host === name
  if (kind === 'target') return worker.stage !== 'rights'
  if (kind === 'shard' || kind === 'lane') return worker.stage === 'index'
  return true
}

/**
 * Expires the silent, takes back what the dead held, and tells who and what has to be waited for.
 *
 * @param since database clock after the pause was committed
 */
export async function drainOnce(db: Database, scope: Scope, since: string): Promise<DrainState> {
  await db.transaction(async (tx) => expireWorkers(tx, await longestSilence(tx)))
  await db.transaction((tx) => reap(tx, 100))
  return readDrain(db, scope, since)
}

/** As drainOnce, and changes nothing. Workers first: who has read the pause makes no claim that we would miss. */
export async function readDrain(db: Connection, scope: Scope, since: string): Promise<DrainState> {
  const unread = await db.query<Waiting & Record<string, unknown>>(statements[db.dialect].unread, [since])
  const claims: ClaimRow[] = []
  for (const claim of await readClaims(db)) if (await isInScope(db, scope, claim)) claims.push(claim)
  return {
    workers: unread.filter((worker) => obeys(scope, worker)),
    claims: claims.length,
    items: claims.reduce((sum, { htids }) => sum + htids.length, 0),
  }
}

interface ClaimRow {
  readonly token: string
  readonly target: string
  readonly lane: number
  readonly shard: number
  readonly host: string
  readonly htids: readonly string[]
}

async function readClaims(db: Connection): Promise<ClaimRow[]> {
  const rows = await db.query<Omit<ClaimRow, 'htids'> & { htids: string[] | string }>(
    'SELECT token, target, lane, shard, host, htids FROM slip_claim',
  )
  return rows.map((row) => ({ ...row, htids: typeof row.htids === 'string' ? JSON.parse(row.htids) : row.htids }))
}

async function isInScope(db: Connection, { kind, name }: Scope, claim: ClaimRow): Promise<boolean> {
  if (kind === 'stage') return name === 'index'
  if (kind === 'target') return claim.target === name
  if (kind === 'lane') return laneName(claim.lane) === name
  if (kind === 'host') return claim.host === name
  if (kind === 'all') return true
  const { target, shard } = parseShard(name)
  if (claim.target !== target) return false
  if (claim.shard !== 0) return claim.shard === shard
  // new items: the shard was drawn for them
  const { inShard } = statements[db.dialect]
  return (await db.query(inShard, [target, claim.htids, claim.token, shard])).length > 0
}
