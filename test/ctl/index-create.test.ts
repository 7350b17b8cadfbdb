import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { whatIsCreated } from '../../src/shards/schema/created.ts'
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
  [['--kind', 'solr', '--target', 'main'], 'either --print or --into'],
  [['--no-print', '--kind', 'solr', '--target', 'main'], 'either --print or --into'],
  [['--print', '--into', '/tmp', '--kind', 'solr', '--target', 'main'], 'either --print or --into'],
  [['--into', '/tmp', '--kind', 'opensearch', '--target', 'main'], 'there is none of OpenSearch'],
  [['--into', '/dev/null', '--kind', 'solr', '--target', 'main'], 'FOLDER_UNUSABLE'],
  [['--print', '--kind', 'embedded', '--target', 'main'], 'one of solr, opensearch'],
  [['--print', '--kind', 'solr', '--target', 'Main'], 'a name of lower-case letters'],
])('index create %j is refused', async (args, reason) => {
  const { code, out, err } = await create(...args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(reason)
})

test('index create writes the configset of Solr as Solr wants it, and over no file that is another', async () => {
  const into = mkdtempSync(join(tmpdir(), 'slip-configsets-'))
  onTestFinished(() => rmSync(into, { recursive: true }))
  const write = () => create('--kind', 'solr', '--target', 'main', '--into', into)
  const folder = join(into, updateChain(schemaDescription, 'main'))
  for (const _ of ['first', 'again']) expect(await write()).toEqual({ code: 0, out: `${folder}\n`, err: '' })
  const files = whatIsCreated('solr', 'main')
  expect(readdirSync(join(folder, 'conf')).sort()).toEqual(Object.keys(files).sort())
  for (const [name, text] of Object.entries(files)) expect(readFileSync(join(folder, 'conf', name), 'utf8')).toBe(text)
  const changed = join(folder, 'conf/solrconfig.xml')
  writeFileSync(changed, '<config>mine</config>')
  expect(await write()).toMatchObject({ code: 2, err: expect.stringContaining(`${changed} is there and is another`) })
  expect(readFileSync(changed, 'utf8')).toBe('<config>mine</config>')
})
