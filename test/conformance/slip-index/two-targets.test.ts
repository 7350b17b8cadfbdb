import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { checkAtRest } from '../../../src/state/audit/invariants.ts'
import { askAnew } from '../../daemon/ask-again.ts'
import { Door } from '../../daemon/door.ts'
import { contentOf, type Library } from '../../daemon/library.ts'
import { linesOf } from '../../daemon/lines.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { type BothEngines, openBothEngines } from './both-engines.ts'
import { untouched } from './daemons-at-work.ts'

let engines: BothEngines
let door: Door
let library: Library
beforeAll(async () => {
  engines = await openBothEngines({}, async (url) => {
    const opened = await Door.to(url)
    door = opened.door
    return opened.url
  })
  library = engines.library
}, 240_000)
afterEach(endAll)
afterAll(async () => {
  await engines?.close()
  door?.close()
})

const count = async (sql: string) => (await library.state.db.query<{ n: number }>(`SELECT count(*) AS n ${sql}`))[0]?.n

test('of two targets one is dead for the whole run: the other is complete, and the dead one catches up when it is back', async () => {
  door.set(false)
  library.lay('day-1')
  for (const stage of ['rights', 'enqueue'] as const) expect((await runOnce(stage, library.configFile)).code).toBe(0)
  const { code, events } = await runOnce('index', library.configFile)
  expect(code).toBe(7)
  expect(events.filter(({ event }) => event === 'index.claimed').map(({ target }) => target)).not.toContain('second')
  expect(await count(`FROM slip_queue WHERE target = 'main'`)).toBe(0)
  expect(await checkAtRest(library.state.db, 'main', contentOf(library.engine, 2))).toEqual([])
  const waiting = await count('FROM slip_rights')
  expect(await count(`FROM slip_queue WHERE target = 'second' AND state = 0 AND attempts = 0`)).toBe(waiting)
  expect(await untouched(library)).toBe(true)

  door.set(true)
  await library.closeBreakers()
  expect((await runOnce('index', library.configFile)).code).toBe(0)
  expect(await library.violations()).toEqual([])
  const indexed = (target: string) => count(`FROM slip_indexed WHERE target = '${target}' AND presence = 'indexed'`)
  expect(await indexed('second')).toBe(await indexed('main'))
})

test('a Solr and an OpenSearch that are both there share one assembly: each item is opened once, and both are complete', async () => {
  await askAnew(library)
  const lines = await linesOf(library)
  await lines.run()
  await lines.close()
  expect(lines.opens.size).toBeGreaterThan(10)
  expect([...lines.opens].filter(([, times]) => times !== 1)).toEqual([])
  const ledger = (target: string) =>
    library.state.db.query(
      `SELECT htid, rev, presence, digest, pages, bytes FROM slip_indexed WHERE target = '${target}' ORDER BY htid`,
    )
  expect(await ledger('second')).toEqual(await ledger('main'))
  expect(await count('FROM slip_queue')).toBe(0)
  expect(await library.violations()).toEqual([])
})
