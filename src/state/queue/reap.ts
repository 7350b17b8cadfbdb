import { errorCodes } from '../../errors/codes.ts'
import { patternOf } from '../../errors/pattern.ts'
import type { Connection } from '../connection.ts'
import { endInError, finalExit } from './dead-letter.ts'
import { closeClaim, lockRows, movedOn, movedOnSet, own, release, released, splitOwn, stays } from './exit.ts'
import { after, isRow } from './row-of.ts'

/**
 * claimed → ready, or held, by the reaper: a claim whose lease has expired, or lies further away than two leases (the clock was
 * set back). The attempt is given back, a strike is counted, the row is unproven (its post may have arrived) and goes
 * to lane 0, alone: a volume that kills its process must not burn its neighbours. The fourth strike is error LEASE_LOST.
 *
 * Races: the claim row is locked and its lease looked at again under the lock, so a renewal that came first wins, and a
 * settle that came first has deleted it. MySQL finds the claims first and locks them by primary key: a sort, or the join,
 * would lock every claim it looks at.
 */
const strikesAllowed = 4

const postgres = {
  expired: `
    SELECT c.token, c.target, c.htids FROM slip_claim c JOIN slip_target t ON t.name = c.target
    WHERE c.lease_until < clock_timestamp()
       OR c.lease_until > clock_timestamp() + make_interval(secs => t.lease_ms * 2 / 1000.0)
    ORDER BY c.lease_until LIMIT $1 FOR UPDATE OF c SKIP LOCKED`,
  /** Claimed rows whose token has no claim row: a hand edit or a restore. */
  orphans: `
    SELECT target, claim_token AS token, array_agg(htid) AS htids FROM slip_queue q
    WHERE state = 1 AND NOT EXISTS (SELECT 1 FROM slip_claim c WHERE c.token = q.claim_token)
    GROUP BY target, claim_token LIMIT $1`,
  release: `
    WITH ${own},
    ${movedOn(', strikes = q.strikes + 1, unproven = true, lane = 0')},
    struck AS MATERIALIZED (SELECT * FROM own WHERE gen = claimed_gen),
    ready AS (
      UPDATE slip_queue q
      SET state = ${stays}, attempts = greatest(q.attempts - 1, 0), strikes = q.strikes + 1, unproven = true, lane = 0, ${released}
      FROM struck WHERE ${isRow('q', 'struck')} AND struck.strikes + 1 < ${strikesAllowed}),
    final AS MATERIALIZED (
      SELECT target, htid, shard, claimed_rev, fence, attempts, pid, host, waive, true AS unproven
      FROM struck WHERE strikes + 1 >= ${strikesAllowed}),
    ${finalExit},
    failed AS (
      INSERT INTO slip_errors (target, htid, rev, shard, stage, code, class, message, pattern, attempts, pid, host,
                               error_time)
      SELECT $1, htid, claimed_rev, shard, 'index', 'LEASE_LOST', 'item', $4, $5, greatest(attempts - 1, 0), pid, host,
             clock_timestamp()
      FROM final WHERE ${after('superseded')})
    SELECT htid FROM own`,
}

const overdue = `(
  c.lease_until < NOW(6) OR c.lease_until > NOW(6) +
    INTERVAL (SELECT t.lease_ms * 2000 FROM slip_target t WHERE t.name = c.target) MICROSECOND)`

const struckSet = 'strikes = strikes + 1, unproven = TRUE, lane = 0'

const mysql = {
  expired: `SELECT c.token FROM slip_claim c WHERE ${overdue} ORDER BY c.lease_until LIMIT ?`,
  lock: `
    SELECT c.token, c.target, c.htids FROM slip_claim c FORCE INDEX (PRIMARY)
    WHERE c.token IN (?) AND ${overdue} ORDER BY c.token FOR UPDATE SKIP LOCKED`,
  orphans: `
    SELECT q.target, q.claim_token AS token, q.htid FROM slip_queue q JOIN (
      SELECT DISTINCT o.target, o.claim_token FROM slip_queue o
      WHERE o.state = 1 AND NOT EXISTS (SELECT 1 FROM slip_claim c WHERE c.token = o.claim_token) LIMIT ?) lost
      ON lost.target = q.target AND lost.claim_token = q.claim_token
    WHERE q.state = 1`,
}

interface Expired {
  token: string
  target: string
  htids: string[]
}

/** Returns how many queue rows were released. `limit` claims at most. */
export async function reap(tx: Connection, limit: number): Promise<number> {
  const claims =
    tx.dialect === 'postgres' ? await tx.query<Expired>(postgres.expired, [limit]) : await lockExpiredMysql(tx, limit)
  return releaseAll(tx, claims)
}

/** As reap, for claimed rows without a claim; slow, run by the sweep. */
export async function reapOrphans(tx: Connection, limit: number): Promise<number> {
  const orphans =
    tx.dialect === 'postgres' ? await tx.query<Expired>(postgres.orphans, [limit]) : await findOrphansMysql(tx, limit)
  return releaseAll(tx, orphans)
}

async function releaseAll(tx: Connection, claims: readonly Expired[]): Promise<number> {
  let released = 0
  if (claims.length > 1)
    await lockRows(
      tx,
      claims,
      claims.flatMap(({ htids }) => htids),
    )
  for (const claim of claims) {
    released += tx.dialect === 'postgres' ? await releasePostgres(tx, claim) : await releaseMysql(tx, claim)
    await closeClaim(tx, claim)
  }
  return released
}

async function releasePostgres(tx: Connection, { token, target, htids }: Expired): Promise<number> {
  const { means } = errorCodes.LEASE_LOST
  const rows = await tx.query(postgres.release, [target, token, htids, means, patternOf(means)])
  return rows.length
}

async function releaseMysql(tx: Connection, claim: Expired): Promise<number> {
  const { target } = claim
  const { ours, moved, rest } = await splitOwn(tx, claim, claim.htids)
  await release(tx, target, moved, `${movedOnSet}, ${struckSet}`)
  const final = rest.filter((row) => row.strikes + 1 >= strikesAllowed).map((row) => ({ ...row, unproven: true }))
  const ready = rest.filter((row) => row.strikes + 1 < strikesAllowed)
  await release(tx, target, ready, `state = ${stays}, attempts = GREATEST(attempts - 1, 0), ${struckSet}`)
  await endInError(tx, target, final, ({ claimed_rev: rev, attempts, pid, host }) => ({
    stage: 'index',
    rev,
    code: 'LEASE_LOST',
    class: 'item',
    message: errorCodes.LEASE_LOST.means,
    detail: null,
    attempts: Math.max(attempts - 1, 0),
    pid,
    host,
    worker: null,
  }))
  return ours.size
}

async function lockExpiredMysql(tx: Connection, limit: number): Promise<Expired[]> {
  const found = await tx.query<{ token: string }>(mysql.expired, [limit])
  if (found.length === 0) return []
  const rows = await tx.query<{ token: string; target: string; htids: string }>(mysql.lock, [
    found.map(({ token }) => token),
  ])
  return rows.map(({ token, target, htids }) => ({ token, target, htids: JSON.parse(htids) }))
}

async function findOrphansMysql(tx: Connection, limit: number): Promise<Expired[]> {
  const rows = await tx.query<{ token: string; target: string; htid: string }>(mysql.orphans, [limit])
  return [...Map.groupBy(rows, ({ target, token }) => `${target} ${token}`).values()].map((items) => ({
    target: items[0]!.target,
    token: items[0]!.token,
    htids: items.map(({ htid }) => htid),
  }))
}
