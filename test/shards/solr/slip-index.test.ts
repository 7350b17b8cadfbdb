import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readProgress } from '../../../src/state/audit/progress.ts'
import { slipctl } from '../../ctl/slipctl.ts'
import { type Library, openLibrary, samples } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import { layConfigsetOf } from './solr-engine.ts'

const expected = JSON.parse(readFileSync(join(samples, 'expected.json'), 'utf8'))
const solr = await testSolr('solr')

let library: Library
beforeAll(async () => {
  await layConfigsetOf(solr, 'main')
  const main = { engine: 'solr', urls: [solr.url], index: solr.prefix, shards: 2, lease: '1m', overlap: '1m' }
  library = await openLibrary({ config: { targets: { main } } })
})
afterEach(endAll)
afterAll(async () => {
  await library.close()
  await solr.drop()
})

const runStages = async () => {
  for (const stage of ['rights', 'enqueue', 'index'] as const)
    expect([stage, (await runOnce(stage, library.configFile)).code]).toEqual([stage, 0])
}

test('slip-index keeps an index of Solr true, day by day, and when --once ends all of it is visible', async () => {
  library.lay('day-1')
  await runStages()
  const counts = await Promise.all([library.engine.count(1), library.engine.count(2)])
  const [ledger] = await library.state.db.query<{ count: number }>(
    `SELECT count(*) AS count FROM slip_indexed WHERE presence = 'indexed'`,
  )
  expect(counts[0] + counts[1]).toBe(ledger?.count)
  expect(await library.violations()).toEqual([])
  library.lay('day-2')
  await runStages()
  const { items, indexed, deleted, pages } = expected
  expect(await readProgress(library.state.db, 'main')).toMatchObject({ items, indexed, deleted, errors: 3, pages })
  expect(await library.violations()).toEqual([])
})

test('slipctl search shows pages of the repository, marked as Solr reads them', async () => {
  for (const { query: sample, hits } of expected.searches) {
    // to the ICU tokenizer l'équinoxe is one word
    const query = sample === 'équinoxe' ? "l'équinoxe" : sample
    const { out } = await slipctl(['search', query, '--json', '--config', library.configFile])
    const answer = JSON.parse(out)
    expect([query, answer.total]).toEqual([query, hits])
    for (const { pages } of answer.hits) for (const { snippet } of pages) expect(snippet).toMatch(/<em>.+<\/em>/)
  }
})
