import type { Connection } from '../../src/state/connection.ts'
import { type Bucket, claim } from '../../src/state/queue/claim.ts'
import { recorded } from '../../test/state/recorded.ts'
import { rowLocks } from '../../test/state/row-locks.ts'
import type { BenchState } from './state.ts'

/** What a claim touches, per row it claims. */
export interface ClaimCost {
  /** Rows of the queue locked. On MariaDB an entry of each index counts. */
  readonly locked: number
  /** PostgreSQL: buffers; MariaDB: rows and index entries. */
  readonly read: number
}

class Undo extends Error {}

/** Of a claim that is rolled back. */
export async function costOfClaim({ db, worker }: BenchState, bucket: Bucket, batch: number): Promise<ClaimCost> {
  const fromSeq = await firstSeq(db, bucket)
  const request = { bucket, worker, pid: process.pid, host: 'bench', batch, draw: 1, fromSeq }
  let cost: ClaimCost | undefined
  await db
    .transaction(async (tx) => {
      cost = tx.dialect === 'postgres' ? await costOnPostgres(tx, request) : await costOnMariadb(tx, request)
      throw new Undo()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error
    })
  if (cost === undefined) throw new Error('the claim was not measured')
  return cost
}

/** The bound a worker has that claimed from this bucket before. */
async function firstSeq(db: Connection, { target, lane, shard }: Bucket): Promise<number> {
  const [row] = await db.query<{ seq: number }>(`
    SELECT seq FROM slip_queue
    WHERE state = 0 AND target = '${target}' AND lane = ${lane} AND shard = ${shard} ORDER BY seq LIMIT 1`)
  return row?.seq ?? 0
}

type Request = Parameters<typeof claim>[1]

interface Node {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly Node[]
}

async function costOnPostgres(tx: Connection, request: Request): Promise<ClaimCost> {
  const statements: { sql: string; values: readonly unknown[] }[] = []
  await claim(recorded(tx, { onStatement: (statement) => statements.push(statement), run: false }), request)
  const [statement] = statements
  const sql = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement?.sql}`
  const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(sql, statement?.values)
  const root = row?.['QUERY PLAN'][0].Plan
  if (root === undefined) throw new Error('EXPLAIN gave no plan')
  const locks = nodesOf(root).filter((node) => node['Node Type'] === 'LockRows')
  // the row of slip_worker is one of them
  const locked = locks.reduce((sum, node) => sum + node['Actual Rows'], 0) - 1
  return {
    locked: locked / request.batch,
    read: (root['Shared Hit Blocks'] + root['Shared Read Blocks']) / request.batch,
  }
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

async function costOnMariadb(tx: Connection, request: Request): Promise<ClaimCost> {
  const before = await handlerReads(tx)
  const claimed = await claim(tx, request)
  const read = (await handlerReads(tx)) - before
  // the row of slip_worker is one of them
  const locked = (await rowLocks(tx)) - 1
  return { locked: locked / claimed.items.length, read: read / claimed.items.length }
}

async function handlerReads(tx: Connection): Promise<number> {
  const rows = await tx.query<{ Value: string }>(`SHOW SESSION STATUS LIKE 'Handler_read%'`)
  return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
}
