import { expect, test } from 'vitest'
import { schemaDescription } from '../../src/shards/schema/description.ts'
import { updateChain } from '../../src/shards/schema/solr-config.ts'
import { slipctl } from './slipctl.ts'

const create = (...args: string[]) => slipctl(['index', 'create', ...args])

test('index create prints the configset of Solr file by file; it needs no configuration', async () => {
  const { code, out, err } = await create('--print', '--kind', 'solr', '--target', 'main')
  expect([code, err]).toEqual([0, ''])
  expect(out.match(/^==> .* <==$/gm)).toEqual([
    '==> schema.xml <==',
    '==> solrconfig.xml <==',
    '==> common-words.txt <==',
  ])
  expect(out).toContain(`name="${updateChain(schemaDescription, 'main')}"`)
  const { out: json } = await create('--print', '--kind', 'solr', '--target', 'main', '--json')
  expect(Object.keys(JSON.parse(json))).toEqual(['schema.xml', 'solrconfig.xml', 'common-words.txt'])
})

test('index create prints the index of OpenSearch as JSON', async () => {
  const { code, out } = await create('--print', '--kind', 'opensearch', '--target', 'main')
  expect(code).toBe(0)
  const { aliases, settings } = JSON.parse(out)
  expect(Object.keys(aliases)).toEqual(['slip_main'])
  expect(settings.index.number_of_shards).toBe(1)
})

test.each([
  [['--kind', 'solr', '--target', 'main'], 'Missing required argument: print'],
  [['--no-print', '--kind', 'solr', '--target', 'main'], 'only prints'],
  [['--print', '--kind', 'embedded', '--target', 'main'], 'one of solr, opensearch'],
  [['--print', '--kind', 'solr', '--target', 'Main'], 'a name of lower-case letters'],
])('index create %j is refused', async (args, reason) => {
  const { code, out, err } = await create(...args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(reason)
})
