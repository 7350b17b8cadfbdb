import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Engine } from '../../../src/shards/engine.ts'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { schemaDescription, schemaDigest } from '../../../src/shards/schema/description.ts'
import { HttpProxy } from '../../chaos/http-proxy.ts'
import { readProjectFile } from '../../checks/source-files.ts'
import { workADay } from '../../conformance/engine/every-day.ts'
import { openLibrary } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { ask } from '../../services/ask.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import type { Asked } from '../http/loopback.ts'

// the table of calls in docs/engines.md, each row with what is done by it

const [, section = ''] = readProjectFile('docs/engines.md').split('### Rights in OpenSearch')
const rows = (section.match(/^\| (?!for |---).*$/gm) ?? []).map((row) => row.split('|').map((cell) => cell.trim()))
const callsFor = (what: string) =>
  rows
    .filter(([, first = '']) => first.includes(what))
    .flatMap(([, , calls = '']) => [...calls.matchAll(/`(\w+ [^`]+)`/g)].map((match) => match[1]))

let indices: TestIndices
let proxy: HttpProxy
beforeAll(async () => {
  indices = await testIndices('opensearch2')
  proxy = await HttpProxy.before(indices.url)
}, 240_000)
afterAll(async () => {
  await proxy?.close()
  await indices?.drop()
})

/** Whichever prefix `testIndices` gave. */
const anyPrefix = /test_[0-9a-f]{8}_\d+_\d+_\d+/g

/** A request as the table has it. */
const callOf = ({ method, path }: Asked): string =>
  `${method} ${path
    .replace(/\?.*$/, '')
    .replace(/^\/_cat\/aliases\/.*/, '/_cat/aliases/INDEX')
    .replace(/_snapshot\/[^/]+\/[^/]+/, '_snapshot/REPOSITORY/ID')
    .replaceAll(anyPrefix, 'INDEX')
    .replaceAll(/INDEX_\d+/g, 'INDEX_N')
    .replaceAll(`INDEX_N_${schemaDigest(schemaDescription)}`, 'INDEX_N_DIGEST')
    .replace(/INDEX_N_DIGEST(,INDEX_N_DIGEST)+/, 'INDEX_N_DIGEST')
    .replace(/_doc\/[^/]+$/, '_doc/ID')
    .replace(/_nodes\/[^/]+\/stats\/fs$/, '_nodes/IDS/stats/fs')
    .replace(/_nodes\/[^/]+\/stats\/indexing/, '_nodes/ROLES/stats/indexing')}`

/** Does something to the engine while the calls of these rows are let through, and nothing else; tells which were needed. */
async function allowed(whats: readonly string[], work: (engine: Engine) => Promise<unknown>): Promise<Set<string>> {
  const { prefix } = indices
  const reached = { urls: [proxy.url], target: 'main', index: prefix, compress: false, timeout: 60_000 }
  const engine = openEngine('opensearch', { ...reached, kind: 'opensearch', snapshots: prefix })
  return whileAllowed(whats, () => work(engine).finally(() => engine.close()))
}

async function whileAllowed(whats: readonly string[], work: () => Promise<unknown>): Promise<Set<string>> {
  const calls = new Set(whats.flatMap(callsFor))
  const used = new Set<string>()
  const refusal = proxy.strike(
    (asked) => {
      const call = callOf(asked)
      used.add(call)
      return !calls.has(call)
    },
    ({ response }) => response.writeHead(403, { 'content-type': 'application/json' }).end('{"error":"not allowed"}'),
  )
  onTestFinished(() => refusal.end())
  await work()
  expect([...used].filter((call) => !calls.has(call))).toEqual([])
  refusal.end()
  return used
}

const everyDay = 'every day'

test('an index is made and compared by the calls that the table has for it', async () => {
  await allowed([everyDay, '`targets apply`'], (engine) => engine.create(2))
  await allowed([everyDay, '`index schema-check`'], async (engine) => {
    expect((await engine.checkSchema(1)).differences).toEqual([])
  })
})

test('what is done every day needs each call that the table has for every day, and no other', async () => {
  const used = await allowed([everyDay], async (engine) => {
    expect(await engine.longestDocument()).toBeGreaterThan(0)
    await workADay(engine, 1)
  })
  expect([...used].sort()).toEqual(callsFor(everyDay).sort())
})

test('sizes, searches, snapshots and restores have a row of their own', async () => {
  const pagesOf = async () => []
  await allowed([everyDay, '`shards list`'], (engine) => engine.size(1))
  await allowed([everyDay, '`search`'], (engine) => engine.search('whale', { limit: 1, pagesPerHit: 1, pagesOf }))
  // as an administrator does, below path.repo
  const repository = { type: 'fs', settings: { location: indices.prefix } }
  await ask(indices.url, `PUT /_snapshot/${indices.prefix}`, repository)
  onTestFinished(async () => {
    await ask(indices.url, `DELETE /_snapshot/${indices.prefix}`)
  })
  const used = await allowed([everyDay, '`index snapshot`'], async (engine) => {
    await engine.snapshot('one', 2, () => {})
    await engine.restore('one', 2, () => {})
  })
  expect([...used]).toEqual(expect.arrayContaining(callsFor('`index snapshot`')))
})

test('a whole library is indexed, and compared with the tables, by the calls of every day', async () => {
  const own = await testIndices('opensearch2')
  const target = { engine: 'opensearch', urls: [proxy.url], index: own.prefix, shards: 2, lease: '1m', overlap: '200s' }
  const library = await openLibrary({ config: { targets: { main: target } } })
  onTestFinished(async () => {
    await endAll()
    await library.close()
    await own.drop()
  })
  library.lay('day-1')
  const used = await whileAllowed([everyDay], async () => {
    for (const stage of ['rights', 'enqueue', 'index'] as const)
      expect([stage, (await runOnce(stage, library.configFile)).code]).toEqual([stage, 0])
    expect(await library.violations()).toEqual([])
  })
  expect(used).toContain('POST /INDEX_N/_bulk')
})
