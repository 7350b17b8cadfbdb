import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SlipError } from '../../src/errors/slip-error.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { claimBucket, errorsOf, worker } from '../state/fixture.ts'
import { askAnew } from './ask-again.ts'
import { startBatch } from './batches.ts'
import { type Library, openLibrary } from './library.ts'
import { runOnce } from './processes.ts'

/** Documents of which an engine does not take all, or nothing. */
let library: Library
let token: string
beforeAll(async () => {
  library = await openLibrary()
  library.lay('day-1')
  await runOnce('rights', library.configFile)
})
beforeEach(async () => {
  await askAnew(library)
  token = await worker(library.state.db)
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)

/** One item that can be indexed, claimed alone. */
async function claimedOne() {
  const [row] = await rows(`
    SELECT q.htid, r.record_id FROM slip_queue q JOIN slip_rights r ON r.htid = q.htid
    WHERE q.action = 'index' AND q.htid LIKE 'demo1.3%' ORDER BY q.htid LIMIT 1`)
  const { htid, record_id: record } = row as { htid: string; record_id: string }
  await rows(`DELETE FROM slip_queue WHERE htid <> '${htid}'`)
  const [{ shard } = {}] = await rows('SELECT shard FROM slip_queue')
  return { htid, record, claim: () => claimBucket(library.state.db, token, { shard: shard as number }) }
}

test('a value that is too long to be matched as it is is cut, told with its field, and indexed', async () => {
  const { htid, record, claim } = await claimedOne()
  const [found] = await rows(`SELECT data FROM slip_record WHERE record_id = '${record}'`)
  const data = JSON.stringify({ ...JSON.parse(found?.data as string), titleSort: 'a'.repeat(40_000) })
  const [sql, values] =
    library.state.db.dialect === 'postgres'
      ? ['UPDATE slip_record SET data = $1 WHERE record_id = $2', [data, record]]
      : ['UPDATE slip_record SET data = ? WHERE record_id = ?', [data, record]]
  await library.state.db.change(sql as string, values as string[])
  const { ended, told } = startBatch(library, token, await claim())
  expect(await ended).toMatchObject({ indexed: 1 })
  expect(told.filter(({ name }) => name === 'index.values-cut').map(({ fields }) => fields)).toEqual([
    { target: 'main', htid, fields: ['titleSort'] },
  ])
})

test('a document that is larger than its target takes is not sent, and ends in error DOCUMENT_TOO_LARGE', async () => {
  for (const [configured, told] of [
    [100, null],
    [undefined, 100],
    [1_000_000, 100],
  ] as const) {
    await askAnew(library)
    const { htid, claim } = await claimedOne()
    let posts = 0
    const engine: Engine = {
      ...library.engine,
      longestDocument: async () => told,
      post: async (shard, documents) => {
        posts++
        return library.engine.post(shard, documents)
      },
    }
    const limits = configured === undefined ? {} : { maxDocumentBytes: configured }
    expect(await startBatch(library, token, await claim(), { engine, ...limits }).ended).toMatchObject({ errors: 1 })
    expect(posts).toBe(0)
    expect((await errorsOf(library.state.db, htid)).at(-1)).toMatchObject({
      code: 'DOCUMENT_TOO_LARGE',
      message: expect.stringMatching(/^the document has \d+ bytes, and its target takes 100 at most$/),
    })
  }
})

test('a document that its server finds too large, without having said so before, ends in error DOCUMENT_TOO_LARGE', async () => {
  const { htid, claim } = await claimedOne()
  const engine: Engine = { ...library.engine, post: async () => [{ kind: 'tooLarge', most: 100 }] }
  expect(await startBatch(library, token, await claim(), { engine }).ended).toMatchObject({ errors: 1 })
  expect((await errorsOf(library.state.db, htid)).at(-1)).toMatchObject({
    code: 'DOCUMENT_TOO_LARGE',
    message: expect.stringMatching(/^the document has \d{3,} bytes, and its target takes 100 at most$/),
  })
})

test('a server that cannot be asked how much it takes is asked once, and sent the documents', async () => {
  const [fullest] = await rows('SELECT shard, count(*) AS n FROM slip_queue GROUP BY shard ORDER BY n DESC')
  const claim = await claimBucket(library.state.db, token, { shard: fullest?.shard as number })
  let [asked, posts] = [0, 0]
  const engine: Engine = {
    ...library.engine,
    longestDocument: async () => {
      asked++
      throw new SlipError('ENGINE_UNAVAILABLE', 'away')
    },
    post: (shard, documents) => {
      posts++
      return library.engine.post(shard, documents)
    },
  }
  const ended = await startBatch(library, token, claim, { engine, batchBytes: 1 }).ended
  expect(ended).toMatchObject({ indexed: posts, delayed: 0 })
  expect(posts).toBeGreaterThan(1)
  expect(asked).toBe(1)
})
