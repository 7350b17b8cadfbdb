import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/shards/engine.ts'
import { schemaDescription, schemaDigest } from '../../../src/shards/schema/description.ts'
import { openSearchMapping, openSearchVisible } from '../../../src/shards/schema/open-search-mapping.ts'
import { ask } from '../../services/ask.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { searchServers } from '../../services/opensearch/releases.ts'
import { openSearch } from './open.ts'

const digest = schemaDigest(schemaDescription)
const rebuild = (what: string, is: unknown, shouldBe: unknown) => ({ what, is, shouldBe, needs: 'rebuild' })
const reload = (what: string, is: unknown, shouldBe: unknown) => ({ what, is, shouldBe, needs: 'reload' })
const harmless = (what: string, is: unknown, shouldBe: unknown = null) => ({ what, is, shouldBe, needs: 'nothing' })

describe.each(searchServers)('%s', (server) => {
  let indices: TestIndices
  let index: string
  let engine: Engine
  let turn = 0
  beforeAll(async () => {
    indices = await testIndices(server)
  }, 240_000)
  afterAll(() => indices?.drop())
  beforeEach(() => {
    index = `${indices.prefix}_${turn++}x`
    engine = openSearch(server, { urls: [indices.url], index })
  })
  afterEach(() => engine?.close())

  // biome-ignore lint/suspicious/noExplicitAny: any place of it is changed
  const told = async (edit: (body: any) => void, name = `${index}_1_${digest}`) => {
    const aliases = { [index]: { filter: openSearchVisible(schemaDescription) }, [`${index}_1`]: {} }
    const body = structuredClone({ aliases, ...openSearchMapping(schemaDescription) })
    edit(body)
    const { status, json } = await ask(indices.url, `PUT /${name}`, body)
    expect([status, json.error]).toEqual([200, undefined])
    const { place, differences } = await engine.checkSchema(1)
    expect(place).toBe(`${indices.url}/${name}`)
    return differences
  }

  test('a field of another type, or kept otherwise, that is missing or not copied needs a rebuild', async () => {
    const differences = await told(({ mappings: { properties, _source } }) => {
      properties.author2.analyzer = 'stemmed_index'
      properties.rights = { type: 'keyword' }
      properties.era.doc_values = false
      delete properties.job_id
      delete properties.title.copy_to
      _source.excludes.pop()
    })
    expect(differences).toEqual([
      rebuild('mapping, _source', expect.not.stringContaining('ocr'), expect.stringContaining('ocr')),
      rebuild('field rights, type', 'keyword', 'long'),
      rebuild('field title, copy_to', null, 'titleProper'),
      rebuild('field author2, analyzer', 'stemmed_index', 'text_index'),
      rebuild('field era, doc_values', 'false', null),
      rebuild('field job_id', null, 'type=keyword'),
    ])
  })

  test('fields, analyzers and filters that are more are harmless, and so is who makes commits', async () => {
    const differences = await told(
      ({
        mappings: { properties },
        settings: {
          index: { analysis },
          index: settings,
        },
      }) => {
        properties.shelf = { type: 'keyword' }
        analysis.analyzer.own = { type: 'custom', tokenizer: 'keyword', filter: ['own'] }
        analysis.filter.own = { type: 'length', max: 3 }
        settings.refresh_interval = '10s'
      },
    )
    expect(differences).toEqual([
      harmless('field shelf', 'type=keyword'),
      harmless('index, refresh_interval', '10s', '-1'),
      harmless('analyzer own', expect.stringContaining('filter=own')),
      harmless('filter own', expect.stringContaining('max=3')),
    ])
  })

  test('an analysis with a step more is named with its terms; that of queries needs a reload, as a similarity does', async () => {
    const differences = await told(
      ({
        mappings,
        settings: {
          index: { analysis, similarity, ...settings },
          index: all,
        },
      }) => {
        analysis.analyzer.text_index.filter.push('stop')
        analysis.filter.common_grams_phrase.query_mode = false
        const words: string[] = analysis.filter.common_grams_index.common_words
        analysis.filter.common_grams_index.common_words = words.filter((word) => word !== 'the')
        similarity.ocr.k1 = 1.2
        mappings.dynamic = true
        all.translog = { ...settings.translog, durability: 'async' }
        all.final_pipeline = 'absent'
      },
    )
    expect(differences).toEqual([
      reload('mapping, dynamic', 'true', 'strict'),
      reload('index, translog.durability', 'async', 'request'),
      reload('index, final_pipeline', 'absent', '_none'),
      reload('similarity ocr, k1', '1.2', '10'),
      rebuild('analyzer text_index, filter', expect.stringMatching(/, stop$/), expect.not.stringMatching(/stop/)),
      rebuild(
        'filter common_grams_index, common words',
        expect.stringMatching(/ words; without the$/),
        expect.any(String),
      ),
      reload('filter common_grams_phrase, query_mode', 'false', 'true'),
      rebuild(
        expect.stringMatching(/^terms of .* as text$/),
        expect.stringMatching(/strasse whales/),
        expect.any(String),
      ),
      rebuild(expect.stringMatching(/^terms of .* as ocr$/), expect.any(String), expect.stringMatching(/the_whales/)),
      reload(
        expect.stringMatching(/^terms asked for by .* as ocr$/),
        expect.stringMatching(/ of /),
        expect.any(String),
      ),
    ])
  })

  test('an index of another schema, and aliases that show what they must hide, are named', async () => {
    const other = `${index}_1_0123456789abcdef`
    const differences = await told(({ aliases }) => {
      aliases[index] = {}
      aliases[`${index}_1`] = { filter: { exists: { field: 'ocr' } } }
    }, other)
    expect(differences).toEqual([
      rebuild(`alias ${index}_1, leads`, other, `${index}_1_${digest}`),
      reload(`aliases, ${index}`, 'null', expect.stringContaining('must_not')),
      reload(`aliases, ${index}_1`, expect.stringContaining('exists'), 'null'),
    ])
  })

  test('an index that analyses otherwise is not taken by targets apply either', async () => {
    await told(
      ({
        settings: {
          index: { analysis },
        },
      }) => analysis.analyzer.text_index.filter.push('stop'),
    )
    await expect(engine.create(1)).rejects.toMatchObject({
      code: 'ENGINE_INDEX_UNFIT',
      message: expect.stringMatching(/shard 1 analyses otherwise than its schema says: terms of “.*” as text: /),
    })
  })
})
