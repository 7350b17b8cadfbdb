import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { solrConfigset } from '../../../src/shards/schema/solr-configset.ts'
import { ask } from '../../services/ask.ts'
import { done } from '../../services/solr/admin.ts'
import { type ConfigsetFiles, layConfigset } from '../../services/solr/configset.ts'
import { type TestSolr, testSolr } from '../../services/solr/own-things.ts'
import { configsetOf, layConfigsetOf, solrEngine } from './solr-engine.ts'

let solr: TestSolr
beforeAll(async () => {
  solr = await testSolr('solr')
})
afterAll(() => solr.drop())

/** Closed after the test. */
function engineOf(target: string) {
  const engine = solrEngine(solr.url, target, { shards: 1 })
  onTestFinished(() => engine.close())
  return engine
}

type Edit = readonly [file: string, from: string | RegExp, to: string]

/** The files of a configset, changed as an administrator may have done it. */
function edited(target: string, edits: readonly Edit[]): ConfigsetFiles {
  const files = { ...solrConfigset(target) }
  for (const [file, from, to] of edits) {
    const text = files[file]!.replace(from, () => to)
    expect([file, from, text === files[file]]).toEqual([file, from, false])
    files[file] = text
  }
  return files
}

/** What is told of a core made of such files. */
async function told(name: string, edits: readonly Edit[]) {
  const target = `${solr.prefix}${name}`
  await layConfigset(solr, configsetOf(target), edited(target, edits))
  await done(solr, `GET /admin/cores?action=CREATE&name=${target}_1&configSet=${configsetOf(target)}`)
  const { place, differences } = await engineOf(target).checkSchema(1)
  expect(place).toBe(`${solr.url}/${target}_1`)
  return differences
}
const rebuild = (what: string, is: unknown, shouldBe: unknown) => ({ what, is, shouldBe, needs: 'rebuild' })
const reload = (what: string, is: unknown, shouldBe: unknown) => ({ what, is, shouldBe, needs: 'reload' })
const harmless = (what: string, is: unknown) => ({ what, is, shouldBe: null, needs: 'nothing' })

test('a field of another type, or kept otherwise, that is missing or not copied needs a rebuild', async () => {
  const fieldOf = (name: string) => new RegExp(` *<field name="${name}" [^\n]*\n`)
  const differences = await told('fields', [
    ['schema.xml', fieldOf('author2'), '<field name="author2" type="stemmed" stored="true" multiValued="true"/>'],
    ['schema.xml', fieldOf('rights'), '<field name="rights" type="long" stored="false" multiValued="false"/>'],
    [
      'schema.xml',
      fieldOf('era'),
      '<field name="era" type="string" docValues="false" stored="true" multiValued="true"/>',
    ],
    ['schema.xml', fieldOf('edition'), '<field name="edition" type="string" stored="true" multiValued="false"/>'],
    ['schema.xml', fieldOf('job_id'), ''],
    ['schema.xml', '<copyField source="title" dest="titleProper"/>', '<copyField source="era" dest="topic"/>'],
  ])
  expect(differences).toEqual([
    rebuild('field rights, stored', 'false', 'true'),
    rebuild('field author2, type', 'stemmed', 'text'),
    rebuild('field edition, multiValued', 'false', 'true'),
    rebuild('field era, docValues', 'false', 'true'),
    rebuild('field job_id', null, expect.stringContaining('type=string')),
    rebuild('copy title to titleProper', null, 'there'),
    rebuild('copy era to topic', 'there', null),
  ])
})

test('fields, dynamic fields, types and copies that are more, and values that mean the same, are harmless', async () => {
  const more = `
    <dynamicField name="*_s" type="string"/>
    <field name="shelf" type="plain"/>
    <fieldType name="plain" class="solr.StrField"/>
    <copyField source="title" dest="shelf"/>`
  const differences = await told('more', [
    ['schema.xml', '</schema>', `${more}</schema>`],
    ['schema.xml', '<tokenizer name="keyword"/>', '<tokenizer class="solr.KeywordTokenizerFactory"/>'],
    ['schema.xml', '<field name="id" type="string"', '<field name="id" indexed="true" type="string"'],
  ])
  expect(differences).toEqual([
    harmless('field shelf', 'type=plain indexed=true stored=true docValues=false multiValued=false required=false'),
    harmless('dynamic field *_s', expect.stringContaining('type=string')),
    harmless('copy title to shelf', 'there'),
    harmless('type plain', 'class=StrField'),
  ])
})

test('an analysis with a step more is named with its terms; that of queries needs a reload, as a similarity does', async () => {
  const [phrases, parameter] = [
    '<filter name="commonGramsQuery" words="common-words.txt"/>',
    '<float name="k1">10</float>',
  ]
  const differences = await told('steps', [
    ['schema.xml', /(?<=name="text"[\s\S]*?"cjkBigram" [^\n]*\n)/, '<filter name="stop"/>'],
    ['schema.xml', phrases, '<filter name="commonGrams" words="common-words.txt"/>'],
    ['schema.xml', parameter, '<float name="k1">1.2</float>'],
  ])
  expect(differences).toEqual([
    rebuild('type text, index analysis', expect.stringMatching(/, stop$/), expect.stringMatching(/=true$/)),
    reload(
      'type ocr, query analysis',
      expect.stringMatching(/, commonGrams words=/),
      expect.stringMatching(/GramsQuery/),
    ),
    reload('type ocr, similarity', 'BM25Similarity b=0.75 k1=1.2', 'BM25Similarity b=0.75 k1=10'),
    rebuild(
      expect.stringMatching(/^terms of .* as text$/),
      expect.stringMatching(/strasse whales/),
      expect.stringMatching(/of strasse the/),
    ),
    reload(expect.stringMatching(/^terms asked for by .* as ocr$/), expect.stringMatching(/ of /), expect.any(String)),
  ])
})

test('other common words, handlers and update chains are named, those of the chains with what they are set to', async () => {
  const differences = await told('config', [
    ['common-words.txt', /^the$/m, 'whale'],
    ['solrconfig.xml', '<str name="fq">-tombstone:[* TO *] -marker:[* TO *]</str>', ''],
    ['solrconfig.xml', /<bool name="ignoreOldUpdates">false<\/bool>/g, '<bool name="ignoreOldUpdates">true</bool>'],
    [
      'solrconfig.xml',
      '<processor class="solr.TolerantUpdateProcessorFactory">',
      '<processor class="solr.IgnoreCommitOptimizeUpdateProcessorFactory"/><processor class="solr.TolerantUpdateProcessorFactory">',
    ],
  ])
  expect(differences).toEqual([
    rebuild('file common-words.txt', expect.stringMatching(/^\d+ words; without the; with whale$/), expect.any(String)),
    reload(
      expect.stringMatching(/^update chain .*-tolerant, processors$/),
      expect.stringMatching(/^IgnoreCommit/),
      expect.any(String),
    ),
    reload('handler /select, appends', '', 'fq=-tombstone:[* TO *] -marker:[* TO *]'),
    ...['', '-tolerant'].map((name) =>
      reload(
        expect.stringMatching(`solrconfig.xml, update chain .*[0-9a-f]{16}${name}, settings`),
        expect.stringContaining('"ignoreOldUpdates">true'),
        expect.any(String),
      ),
    ),
    rebuild(expect.stringMatching(/^terms of .* as ocr$/), expect.any(String), expect.stringContaining('the_whales')),
    reload(
      expect.stringMatching(/^terms asked for by .* as ocr$/),
      expect.any(String),
      expect.stringContaining('the_whales'),
    ),
  ])
})

test('an index that analyses otherwise is not taken by targets apply either', async () => {
  const target = `${solr.prefix}apply`
  await layConfigset(solr, configsetOf(target), edited(target, [['common-words.txt', /^the$/m, 'whale']]))
  await expect(engineOf(target).create(1)).rejects.toMatchObject({
    code: 'ENGINE_INDEX_UNFIT',
    message: expect.stringMatching(
      /shard 1 analyses otherwise than its schema says: terms of “.*” as ocr: .*; should be: /,
    ),
  })
})

test('what is loaded is compared, not what the files say since', async () => {
  const target = `${solr.prefix}loaded`
  await layConfigsetOf(solr, target)
  const engine = engineOf(target)
  await engine.create(1)
  const edit: Edit = ['schema.xml', '<float name="k1">10</float>', '<float name="k1">2</float>']
  await layConfigset(solr, configsetOf(target), edited(target, [edit]))
  expect((await engine.checkSchema(1)).differences).toEqual([])
  await ask(solr.url, `GET /admin/cores?action=RELOAD&core=${target}_1`)
  expect((await engine.checkSchema(1)).differences).toMatchObject([{ what: 'type ocr, similarity', needs: 'reload' }])
})
