import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { document } from '../../conformance/engine/documents.ts'
import { noPages } from '../../conformance/engine/used-engine.ts'
import { testDatabase } from '../../services/database.ts'

const database = await testDatabase()
const engine = openEngine('embedded', { url: database.url, target: 'main' })
/** Holds row locks, as another process in the middle of its post. */
const holder = new pg.Client({ connectionString: database.url, options: '-c search_path=index_main' })
const watcher = new pg.Client({ connectionString: database.url })
beforeAll(async () => {
  await engine.create(1)
  await Promise.all([holder.connect(), watcher.connect()])
})
afterAll(async () => {
  await engine.close()
  await Promise.all([holder.end(), watcher.end()])
  await database.drop()
})

/** Opens a transaction that has written the item and not committed. */
async function holdWrite(id: string, fence: number, word: string): Promise<void> {
  await holder.query('BEGIN')
  await holder.query(
    `INSERT INTO document VALUES (1, $1, $2, 1, 'd', false, '{}')
     ON CONFLICT (shard, id) DO UPDATE SET fence = excluded.fence`,
    [id, fence],
  )
  await holder.query('DELETE FROM page WHERE shard = 1 AND id = $1', [id])
  for (const page of [1, 2, 3]) {
    await holder.query(`INSERT INTO page VALUES (1, $1, $2, 1, $2, null, $3, $4::tsvector, 0)`, [
      id,
      page,
      word,
      `'${word}':1`,
    ])
  }
}

/** Resolves with the pids of the engine's connections that wait for a lock, once there are so many. */
async function waitingPosts(count: number): Promise<number[]> {
  for (;;) {
    const { rows } = await watcher.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    if (rows.length === count) return rows.map(({ pid }) => pid)
  }
}

const found = async (word: string) =>
  (await engine.search(word, { limit: 10, pagesPerHit: 10, pagesOf: noPages })).hits.map((hit) => hit.pages.length)

test('a post that waited for an older write replaces its pages whole', async () => {
  await holdWrite('race.newer', 7, 'olderword')
  const post = engine.post(1, [document({ id: 'race.newer', fence: 8, pages: ['newerword'] })])
  await waitingPosts(1)
  await holder.query('COMMIT')
  expect(await post).toEqual([{ kind: 'done' }])
  expect([await found('olderword'), await found('newerword')]).toEqual([[], [1]])
})

test('a post that waited for a newer write is stale, told that fence, and leaves its pages', async () => {
  await engine.post(1, [document({ id: 'race.older', fence: 5, pages: ['firstword'] })])
  await holdWrite('race.older', 9, 'winnerword')
  const post = engine.post(1, [document({ id: 'race.older', fence: 8, pages: ['loserword'] })])
  await waitingPosts(1)
  await holder.query('COMMIT')
  expect(await post).toEqual([{ kind: 'stale', fence: 9 }])
  expect([await found('winnerword'), await found('loserword'), await found('firstword')]).toEqual([[3], [], []])
})

test('posts of the same items in opposite order wait for each other and never deadlock', async () => {
  const ids = ['lock.b', 'lock.a', 'lock.c']
  await holdWrite('lock.a', 1, 'held')
  const forward = engine.post(
    1,
    ids.map((id) => document({ id, fence: 2 })),
  )
  const backward = engine.post(
    1,
    ids.toReversed().map((id) => document({ id, fence: 3 })),
  )
  await waitingPosts(2)
  await holder.query('ROLLBACK')
  const outcomes = (await Promise.all([forward, backward])).flat()
  expect(outcomes.filter(({ kind }) => kind === 'unavailable' || kind === 'rejected')).toEqual([])
  expect((await engine.get(1, ids)).map(({ fence }) => fence)).toEqual([3, 3, 3])
})

test('a connection cut in the middle of a post leaves every document unavailable and none written; posting again ends right', async () => {
  const documents = ['cut.1', 'cut.2', 'cut.3'].map((id) => document({ id, fence: 10, pages: ['cutword'] }))
  await holdWrite('cut.2', 1, 'held')
  const post = engine.post(1, documents)
  const [pid] = await waitingPosts(1)
  await watcher.query('SELECT pg_terminate_backend($1)', [pid])
  expect((await post).map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable', 'unavailable'])
  await holder.query('ROLLBACK')
  expect(await engine.get(1, ['cut.1', 'cut.2', 'cut.3'])).toEqual([])
  expect(await engine.post(1, documents)).toEqual([{ kind: 'done' }, { kind: 'done' }, { kind: 'done' }])
  expect(await found('cutword')).toEqual([1, 1, 1])
})

test('connections cut while idle do not end the process, and the next calls are answered', async () => {
  await engine.post(1, [document({ id: 'idle.1', fence: 1 })])
  await watcher.query(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'slip main'",
  )
  // A call may still get a connection whose end has not been read yet; it says so, and that connection is gone.
  let answered = false
  while (!answered) {
    answered = await engine.health().then(
      () => true,
      (error) => {
        expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
        return false
      },
    )
  }
  expect((await engine.get(1, ['idle.1'])).length).toBe(1)
})

test('a purge of tombstones that waited for an item to come back leaves its document', async () => {
  await engine.remove(1, [
    { id: 'race.purged', fence: 5, rev: 1 },
    { id: 'race.highest', fence: 90, rev: 1 },
  ])
  await holder.query('BEGIN')
  await holder.query(
    `UPDATE document SET fence = 6, deleted = false, digest = 'd', fields = '{}' WHERE id = 'race.purged'`,
  )
  const purge = engine.purgeTombstones(1, 50)
  await waitingPosts(1)
  await holder.query('COMMIT')
  expect(await purge).toBe(0)
  expect(await engine.get(1, ['race.purged'])).toMatchObject([{ fence: 6 }])
})
