import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, openLibrary } from './library.ts'
import { endAll, runOnce } from './processes.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary({ samples: true })
  library.lay('day-1')
})
afterAll(async () => {
  await endAll()
  await library.close()
})

test('what the daemons did is counted by day, exactly, whoever did it and though they have ended', async () => {
  const { state, configFile } = library
  for (const stage of ['rights', 'enqueue', 'index'] as const) expect((await runOnce(stage, configFile)).code).toBe(0)
  // the sampler of the next daemon rolls up what the last one has written
  await runOnce('index', configFile)
  const [day] = await state.db.query(
    `SELECT indexed, deleted, errors, pages FROM slip_daily_stats WHERE target = 'main'`,
  )
  const [ledger] = await state.db.query(`
    SELECT count(CASE WHEN presence = 'indexed' THEN 1 END) AS indexed,
           count(CASE WHEN presence = 'absent' AND rev > 0 THEN 1 END) AS deleted,
           (SELECT count(*) FROM slip_errors WHERE target = 'main') AS errors,
           sum(CASE WHEN presence = 'indexed' THEN pages END) AS pages
    FROM slip_indexed WHERE target = 'main'`)
  expect(day).toEqual(ledger)
  expect(day?.indexed).toBeGreaterThan(0)
  expect(await state.db.query('SELECT * FROM slip_worker_counter')).toEqual([])
})
