import type { Connection } from '../connection.ts'

/**
 * The invariants of state-machine.md that hold at rest, as one reusable check. What an engine holds is handed in, for
 * state knows no engine.
 */
export interface EngineContent {
  readonly shard: number
  readonly id: string
  readonly rev: number
  readonly fence: number
  readonly digest: string
}

export interface Violation {
  readonly invariant: number
  readonly htid: string
  readonly message: string
}

interface Row {
  htid: string
  rights_rev: number
  wanted: boolean | number
  queued: boolean | number
  error_rev: number | null
  ledger_rev: number | null
  ledger_shard: number | null
  ledger_fence: number | null
  presence: string | null
  digest: string | null
  claims: number
}

const postgres = `
  SELECT r.htid, r.rev AS rights_rev, r.attr IS DISTINCT FROM 8 AND r.withdrawn_at IS NULL AS wanted,
         q.htid IS NOT NULL AS queued, l.rev AS ledger_rev, l.shard AS ledger_shard, l.fence AS ledger_fence, l.presence, l.digest,
         (SELECT max(rev) FROM slip_errors e WHERE e.target = $1 AND e.htid = r.htid
            AND (e.resolution IS NULL OR e.resolution IN ('skipped', 'purged'))) AS error_rev,
         (SELECT count(*) FROM slip_claim c WHERE c.target = $1 AND r.htid = ANY(c.htids)) AS claims
  FROM slip_rights r
  LEFT JOIN slip_queue q ON q.target = $1 AND q.htid = r.htid
  LEFT JOIN slip_indexed l ON l.target = $1 AND l.htid = r.htid
  ORDER BY r.htid`

/** What is in the tables beside the items that have rights. */
const strays = `
  SELECT htid, 1 AS invariant, 'queued without a rights row' AS message FROM slip_queue q
  WHERE NOT EXISTS (SELECT 1 FROM slip_rights r WHERE r.htid = q.htid)
  UNION ALL
  SELECT htid, 1, 'in the ledger without a rights row' FROM slip_indexed l
  WHERE presence = 'indexed' AND NOT EXISTS (SELECT 1 FROM slip_rights r WHERE r.htid = l.htid)
  UNION ALL
  SELECT host, 2, 'a claim is left, at rest' FROM slip_claim
  UNION ALL
  SELECT COALESCE(htid, source, ''), 5, 'a fault of a server or a mount is in the error table' FROM slip_errors
  WHERE class = 'environment'
  ORDER BY htid`

const mysql = `
  SELECT r.htid, r.rev AS rights_rev, NOT r.attr <=> 8 AND r.withdrawn_at IS NULL AS wanted,
         q.htid IS NOT NULL AS queued, l.rev AS ledger_rev, l.shard AS ledger_shard, l.fence AS ledger_fence, l.presence, l.digest,
         (SELECT MAX(rev) FROM slip_errors e WHERE e.target = ? AND e.htid = r.htid
            AND (e.resolution IS NULL OR e.resolution IN ('skipped', 'purged'))) AS error_rev,
         (SELECT COUNT(*) FROM slip_claim c WHERE c.target = ? AND JSON_CONTAINS(c.htids, JSON_QUOTE(r.htid))) AS claims
  FROM slip_rights r
  LEFT JOIN slip_queue q ON q.target = ? AND q.htid = r.htid
  LEFT JOIN slip_indexed l ON l.target = ? AND l.htid = r.htid
  ORDER BY r.htid`

/** Every violation for a target at rest; empty = lost nothing, doubled nothing, nothing stale. */
export async function checkAtRest(
  db: Connection,
  target: string,
  content: AsyncIterable<EngineContent>,
): Promise<Violation[]> {
  const held = new Map<string, EngineContent[]>()
  for await (const document of content) held.set(document.id, [...(held.get(document.id) ?? []), document])
  const violations: Violation[] = []
  const rows =
    db.dialect === 'postgres' ? db.query<Row>(postgres, [target]) : db.query<Row>(mysql, new Array(4).fill(target))
  for (const row of await rows) {
    const documents = held.get(row.htid) ?? []
    held.delete(row.htid)
    for (const [invariant, message] of violationsOf(row, documents))
      violations.push({ invariant, htid: row.htid, message })
  }
  for (const id of held.keys())
    violations.push({ invariant: 1, htid: id, message: 'the engine holds an item that has no rights row' })
  return [...violations, ...(await db.query<Violation & Record<string, unknown>>(strays))]
}

function* violationsOf(row: Row, documents: readonly EngineContent[]): Generator<[number, string]> {
  if (row.queued) yield [1, 'still queued']
  if (row.claims > 0) yield [2, 'still claimed']
  if (documents.length > 1) yield [3, `in shards ${documents.map((each) => each.shard).join(', ')}`]
  for (const { shard, fence } of documents)
    if (fence > (row.ledger_fence ?? 0))
      yield [4, `shard ${shard} holds it under fence ${fence}, above the ledger's ${row.ledger_fence ?? 'none'}`]
  if (row.error_rev === row.rights_rev) return
  if (row.ledger_rev !== row.rights_rev) {
    yield [1, `rights rev ${row.rights_rev}, ledger rev ${row.ledger_rev ?? 'none'}, no error of that rev`]
    return
  }
  const [document] = documents
  if (row.presence === 'absent') {
    if (row.wanted) yield [1, 'wanted, but the ledger says absent']
    if (document) yield [1, `the ledger says absent, shard ${document.shard} holds it`]
    return
  }
  if (!row.wanted) yield [1, 'not wanted, but the ledger says indexed']
  if (!document) yield [1, `the ledger says indexed, shard ${row.ledger_shard} does not hold it`]
  else if (document.shard !== row.ledger_shard)
    yield [3, `in shard ${document.shard}, the ledger says ${row.ledger_shard}`]
  else if (document.rev !== row.ledger_rev)
    yield [4, `the engine holds rev ${document.rev}, the ledger ${row.ledger_rev}`]
  else if (document.digest !== row.digest) yield [4, 'the engine holds another text than the ledger says']
}
