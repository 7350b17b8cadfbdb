import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../src/config/package-root.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import { slipctl } from '../../ctl/slipctl.ts'
import type { Library } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { type BothEngines, openBothEngines } from './both-engines.ts'

const root = join(packageRoot, '../shared/data/volumes/sdr1/obj')

describe.skipIf(!existsSync(root))('real volumes (skipped when ../shared/data is absent)', () => {
  let engines: BothEngines
  let library: Library
  let records: number
  beforeAll(async () => {
    engines = await openBothEngines({
      repository: { root },
      sources: { catalogue: { kind: 'records', files: ['records.ndjson'] } },
      rights: { default: 1 },
    })
    library = engines.library
    const ids: string[] = []
    for await (const htid of openPairtree({ root }).walk()) ids.push(htid)
    const lines = ids.map((htid, at) => JSON.stringify({ id: `90000000${at}`, title: ['A title'], ht_id: [htid] }))
    writeFileSync(join(library.folder, 'records.ndjson'), `${lines.join('\n')}\n`)
    records = lines.length
  }, 240_000)
  afterEach(endAll)
  afterAll(() => engines?.close())

  test('go into a Solr and an OpenSearch in one run, status tells of both, and the same search finds the same on both', async () => {
    for (const stage of ['rights', 'enqueue', 'index'] as const)
      expect([stage, (await runOnce(stage, library.configFile)).code]).toEqual([stage, 0])
    expect(await library.violations()).toEqual([])
    const ask = async (...args: string[]) =>
      JSON.parse((await slipctl([...args, '--json', '--config', library.configFile])).out)
    const { lag, ledger } = await ask('status')
    const told = { state: 'live', ...{ daily: 0, ops: 0, bulk: 0, changed: 0, errors: 0 }, oldestReady: null }
    expect(lag).toMatchObject(['main', 'second'].map((target) => ({ target, ...told })))
    expect(ledger.map(({ items }: { items: number }) => items)).toEqual([records, records])
    const found = async (query: string, target: string) => {
      const { hits } = await ask('search', query, '--target', target)
      return (hits as { id: string }[]).map(({ id }) => id).toSorted()
    }
    const counts = new Set<number>()
    for (const query of ['history', 'water', '"of the"', 'pérou', 'xylophonist']) {
      const onSolr = await found(query, 'main')
      expect([query, await found(query, 'second')]).toEqual([query, onSolr])
      counts.add(onSolr.length)
    }
    // of different queries different ones, of one none
    expect(counts.size).toBeGreaterThan(3)
  }, 120_000)
})
