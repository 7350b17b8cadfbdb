import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withClient } from '../../src/embedded-postgres/database.ts'
import { schemaDescription, schemaDigest } from '../../src/shards/schema/description.ts'
import { updateChain } from '../../src/shards/schema/solr-config.ts'
import { solrConfigset } from '../../src/shards/schema/solr-configset.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
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

test.each([
  [[], 'slip_main'],
  [['--index', 'books'], 'books'],
])('index create prints a request for each index of OpenSearch: %j', async (more, index) => {
  const printed = ['--print', '--kind', 'opensearch', '--target', 'main', '--shards', '2', ...more]
  const { code, out } = await create(...printed)
  expect(code).toBe(0)
  const requests = out.split('\n\n').map((request) => {
    const [first, ...body] = request.split('\n')
    return [first, Object.keys(JSON.parse(body.join('\n')).aliases)]
  })
  expect(requests).toEqual(
    [1, 2].map((shard) => [`PUT /${index}_${shard}_${schemaDigest(schemaDescription)}`, [`${index}_${shard}`, index]]),
  )
})

test.each([
  [['--kind', 'solr', '--target', 'main'], 'either --print or --into'],
  [['--no-print', '--kind', 'solr', '--target', 'main'], 'either --print or --into'],
  [['--print', '--target', 'main'], 'need a --kind'],
  [['--print', '--into', '/tmp', '--kind', 'solr', '--target', 'main'], 'either --print or --into'],
  [['--into', '/tmp', '--kind', 'opensearch', '--target', 'main'], 'OpenSearch has none'],
  [['--print', '--kind', 'opensearch', '--target', 'main'], 'needs --shards N'],
  [['--print', '--kind', 'opensearch', '--target', 'main', '--shards', '0'], 'needs --shards N'],
  [['--print', '--kind', 'opensearch', '--target', 'main', '--shards', '2', '--index', 'A'], '--index A is not a name'],
  [['--print', '--kind', 'solr', '--target', 'main', '--shards', '2'], 'are for --kind opensearch'],
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
  const files = solrConfigset('main')
  expect(readdirSync(join(folder, 'conf')).sort()).toEqual(Object.keys(files).sort())
  for (const [name, text] of Object.entries(files)) expect(readFileSync(join(folder, 'conf', name), 'utf8')).toBe(text)
  const changed = join(folder, 'conf/solrconfig.xml')
  writeFileSync(changed, '<config>mine</config>')
  expect(await write()).toMatchObject({ code: 2, err: expect.stringContaining(`${changed} is there and is another`) })
  expect(readFileSync(changed, 'utf8')).toBe('<config>mine</config>')
})

test('without a kind index create makes the shards that are missing and compares each with the schema; nothing is queued', async () => {
  const library = await openLibrary()
  onTestFinished(() => library.close())
  const made = (...args: string[]) => create('--config', library.configFile, '--target', 'main', ...args)
  await onIndex(library.config, 'DROP SCHEMA index_main CASCADE')
  const place = (shard: number) => `schema index_main, shard ${shard}`
  expect(await made()).toEqual({
    code: 0,
    out: [1, 2].map((shard) => `main/${shard} ${place(shard)}: as the schema says\n`).join(''),
    err: '',
  })
  await onIndex(library.config, 'ALTER TABLE index_main.document ALTER COLUMN rev TYPE integer')
  const { code, out } = await made('--json')
  expect([code, JSON.parse(out)]).toEqual([
    3,
    expect.objectContaining({ target: 'main', equal: false, needs: 'rebuild' }),
  ])
  expect(await library.state.db.query('SELECT 1 FROM slip_queue')).toEqual([])
  const unknown = await create('--config', library.configFile, '--target', 'other')
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('there is no target other in')])
})

test('index create makes no other number of shards than the target was applied with', async () => {
  const library = await openLibrary()
  onTestFinished(() => library.close())
  const file = join(library.folder, 'three.yaml')
  writeFileSync(file, readFileSync(library.configFile, 'utf8').replace('shards: 2', 'shards: 3'))
  const { code, out, err } = await create('--config', file, '--target', 'main')
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(
    /TARGET_FOR_LIFE: targets.main.shards is 3 here and 2 in the database, for life; nothing was done/,
  )
  const made = await library.engine.checkSchema(3).catch((error: Error) => error)
  expect(made).toBeInstanceOf(Error)
})

function onIndex({ targets }: Library['config'], statement: string) {
  const url = targets.main?.engine === 'embedded' ? targets.main.urls?.[0] : undefined
  return withClient(url as string, (client) => client.query(statement))
}
