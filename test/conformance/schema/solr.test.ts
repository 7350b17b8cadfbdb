import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isAnalyzed } from '../../../src/shards/schema/analysis.ts'
import { schemaDescription } from '../../../src/shards/schema/description.ts'
import { tolerantChain, unfilteredHandler, updateChain } from '../../../src/shards/schema/solr-config.ts'
import { solrConfigset } from '../../../src/shards/schema/solr-configset.ts'
import { ask } from '../../services/ask.ts'
import { done } from '../../services/solr/admin.ts'
import { layConfigset } from '../../services/solr/configset.ts'
import { testSolr } from '../../services/solr/own-things.ts'
import { schemaRules } from './schema-rules.ts'
import type { SchemaSubject, Values } from './subject.ts'

const kindOf = new Map(schemaDescription.fields.map(({ name, kind }) => [name, kind]))
const chain = updateChain(schemaDescription, 'main')
const tolerant = tolerantChain(schemaDescription, 'main')

const solr = await testSolr('solr')
afterAll(() => solr.drop())

describe('the schema on Solr', () => {
  const core = `${solr.url}/${solr.prefix}_1`
  beforeAll(async () => {
    await layConfigset(solr, solr.prefix, solrConfigset('main'))
    await done(solr, `GET /admin/cores?action=CREATE&name=${solr.prefix}_1&configSet=${solr.prefix}`)
  })

  const update = (body: object, parameters = `update.chain=${chain}`) =>
    ask(core, `POST /update/json?commit=true&${parameters}`, Buffer.from(JSON.stringify(body)))
  const select = async (params: Values, handler = '/select') =>
    (await ask(core, `POST ${handler}`, { params: { q: '*:*', fl: 'id', rows: 1_000, ...params } })).json
  const idsOf = (answer: { response: { docs: { id: string }[] } }) => answer.response.docs.map(({ id }) => id)

  const subject: SchemaSubject = {
    async post(...documents) {
      const { status, json } = await update(documents)
      return { status, said: json.error?.msg ?? '' }
    },
    async search({ field, query, sort }) {
      const asked = field === undefined ? {} : queryOf(field, query ?? '')
      return idsOf(await select({ ...asked, ...(sort === undefined ? {} : { sort: `${sort} asc` }) }))
    },
    async given(id) {
      const { doc } = (await ask(core, `POST /get`, { params: { id, fl: '*' } })).json
      const { _version_, ...values } = doc
      return values
    },
    async terms(kind, text) {
      const parameters = new URLSearchParams({ 'analysis.fieldtype': kind, 'analysis.fieldvalue': text, wt: 'json' })
      const { analysis } = await done({ url: core }, `GET /analysis/field?${parameters}`)
      return analysis.field_types[kind].index.at(-1).map(({ text }: { text: string }) => text)
    },
    async asked(field, query) {
      return (await select({ ...queryOf(field, query), debug: 'query' })).debug.parsedquery
    },
    async explained(id, field, query) {
      return (await select({ ...queryOf(field, query), debug: 'results' })).debug.explain[id]
    },
  }
  schemaRules(subject)

  test('the chain gives each refusal its own status, and its tolerant twin goes on after one', async () => {
    await update([{ id: 'chain.a', fence: 20 }])
    const documents = [
      { id: 'chain.a', fence: 19 },
      { id: 'chain.b', fence: 19 },
    ]
    expect((await update(documents)).status).toBe(409)
    expect(idsOf(await select({ fq: 'id:chain.b' }))).toEqual([])
    const { status, json } = await update(documents, `update.chain=${tolerant}`)
    expect([status, json.responseHeader.errors.map(({ id }: { id: string }) => id)]).toEqual([200, ['chain.a']])
    expect(idsOf(await select({ fq: 'id:chain.b' }))).toEqual(['chain.b'])
  })

  test('the chain of another target, or of another schema, is unknown', async () => {
    for (const name of [
      updateChain(schemaDescription, 'other'),
      updateChain({ ...schemaDescription, fields: [] }, 'main'),
    ]) {
      const { status, json } = await update([{ id: 'chain.x', fence: 1 }], `update.chain=${name}`)
      expect([status, json.error.msg]).toEqual([
        400,
        expect.stringContaining(`unknown UpdateRequestProcessorChain: ${name}`),
      ])
    }
  })

  test('who names no chain cannot undo a newer write either, nor write without a fence', async () => {
    await update([{ id: 'chain.default', fence: 20 }], '')
    expect((await update([{ id: 'chain.default', fence: 19 }], '')).status).toBe(409)
    expect((await update([{ id: 'chain.default' }], '')).status).toBe(500)
  })

  test('a removed id leaves a tombstone that older writes do not pass; only SLIP sees it, and can purge it', async () => {
    await update([{ id: 'gone', fence: 20 }])
    expect((await update({ delete: { id: 'gone' } }, `update.chain=${chain}&fence=30`)).status).toBe(200)
    expect((await update([{ id: 'gone', fence: 29 }])).status).toBe(409)
    expect(idsOf(await select({ fq: 'id:gone' }))).toEqual([])
    const tombstone = await select({ fq: 'id:gone', fl: 'id,fence,tombstone' }, unfilteredHandler)
    expect(tombstone.response.docs).toEqual([{ id: 'gone', fence: 30, tombstone: true }])
    await update({ delete: { query: 'tombstone:true AND fence:[* TO 30]' } })
    expect(idsOf(await select({ fq: 'id:gone' }, unfilteredHandler))).toEqual([])
  })
})

function queryOf(field: string, query: string): Values {
  const kind = kindOf.get(field)!
  if (!isAnalyzed(kind)) return { q: `{!term f=${field} v=$typed}`, typed: query }
  if (schemaDescription.analyses[kind].tokens === 'whole') return { q: `{!field f=${field} v=$typed}`, typed: query }
  return { q: `{!edismax qf=${field} v=$typed}`, typed: query }
}
