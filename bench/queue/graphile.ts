import { EventEmitter } from 'node:events'
import { Logger, runMigrations, runTaskList, type TaskList } from 'graphile-worker'
import { Pool } from 'pg'
import { shardCount } from './state.ts'

/** Tuned as in its own benchmark: jobs fetched 500 at a time, and completed together as soon as they end. */
const tuned = { concurrentJobs: 24, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }

const silent = new Logger(() => () => undefined)

/** The ledger row SLIP writes. */
const ledger = `
  INSERT INTO slip_indexed AS l (target, htid, shard, rev, fence, presence, digest, time, indexed_ct, pages, empty_pages,
                                 invalid_bytes, bytes, code_version, schema_version, config_digest, host)
  VALUES ('main', $1, $2, 2, 1, 'indexed', $3, clock_timestamp(), 1, 465, 12, 0, 1260000, '0.1.0', 1, 'c', 'bench')
  ON CONFLICT (target, htid) DO UPDATE
    SET shard = EXCLUDED.shard, rev = EXCLUDED.rev, fence = greatest(l.fence, EXCLUDED.fence), presence = EXCLUDED.presence,
        digest = EXCLUDED.digest, time = EXCLUDED.time, indexed_ct = l.indexed_ct + 1, pages = EXCLUDED.pages,
        empty_pages = EXCLUDED.empty_pages, invalid_bytes = EXCLUDED.invalid_bytes, bytes = EXCLUDED.bytes,
        code_version = EXCLUDED.code_version, schema_version = EXCLUDED.schema_version,
        config_digest = EXCLUDED.config_digest, host = EXCLUDED.host`

const add = `
  SELECT count(*) FROM (
    SELECT graphile_worker.add_jobs(array_agg(('item',
      json_build_object('htid', 'mdp.' || lpad(n::text, 10, '0'), 'shard', 1 + n % ${shardCount}),
      NULL, NULL, NULL, NULL, NULL, NULL)::graphile_worker.job_spec))
    FROM generate_series($1::bigint, $2::bigint) n) jobs`

const withLedger: TaskList = {
  item: async (payload, { query }) => {
    const { htid, shard } = payload as { htid: string; shard: number }
    await query(ledger, [htid, shard, digestOf(htid)])
  },
}

const unlock = `
  UPDATE graphile_worker._private_jobs SET locked_at = NULL, locked_by = NULL, attempts = 0 WHERE locked_at IS NOT NULL`

/** What a task does: nothing; the ledger row, as its own `query` sends it; the same as a prepared statement. */
export const graphileTasks = {
  empty: { item: async () => undefined },
  ledger: withLedger,
  'prepared ledger': {
    item: async (payload, { withPgClient }) => {
      const { htid, shard } = payload as { htid: string; shard: number }
      const values = [htid, shard, digestOf(htid)]
      await withPgClient((client) => client.query({ name: 'ledger', text: ledger, values }))
    },
  },
} satisfies Record<string, TaskList>

const digestOf = (htid: string) => htid.slice(4).padStart(32, '0')

/** graphile-worker on the database of a state, whose ledger its tasks write. */
export interface Graphile {
  /** Adds jobs for items first, first + 1, … */
  add(first: number, count: number): Promise<void>
  /** Works until so many jobs have ended and are completed. */
  work(task: keyof typeof graphileTasks, jobs: number): Promise<void>
  /** Between runs: jobs that a shutdown left locked are free again, and the table is as autovacuum leaves it. */
  tidy(): Promise<void>
  close(): Promise<void>
}

/** Opens it on a migrated state database. */
export async function openGraphile(url: string): Promise<Graphile> {
  const pgPool = new Pool({ connectionString: url, max: tuned.concurrentJobs + 4, application_name: 'graphile-worker' })
  // both are asked for by its checks: a connection that breaks while idle would end the process
  pgPool.on('error', () => undefined)
  pgPool.on('connect', (client) => client.on('error', () => undefined))
  await runMigrations({ pgPool, logger: silent })
  const work = async (tasks: TaskList, jobs: number) => {
    const events = new EventEmitter()
    const ended = new Promise<void>((resolve) => {
      let left = jobs
      events.on('job:complete', () => {
        if (--left === 0) resolve()
      })
    })
    const preset = { worker: { ...tuned, logger: silent, events } }
    const pool = runTaskList({ pgPool, preset, noHandleSignals: true }, tasks, pgPool)
    await ended
    try {
      await pool.gracefulShutdown()
      await pool.promise
    } catch {
      // thrown when it comes while jobs are fetched, which then stay locked: see tidy
    }
  }
  return {
    add: async (first, count) => void (await pgPool.query(add, [first, first + count - 1])),
    work: (task, jobs) => work(graphileTasks[task], jobs),
    tidy: async () => {
      await pgPool.query(unlock)
      await pgPool.query('VACUUM ANALYZE graphile_worker._private_jobs')
    },
    close: () => pgPool.end(),
  }
}
