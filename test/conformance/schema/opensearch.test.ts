import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shardIndices } from '../../../src/shards/opensearch/index-body.ts'
import { isAnalyzed } from '../../../src/shards/schema/analysis.ts'
import { schemaDescription } from '../../../src/shards/schema/description.ts'
import { openSearchMapping } from '../../../src/shards/schema/open-search-mapping.ts'
import { ask } from '../../services/ask.ts'
import { type TestIndices, testIndices } from '../../services/opensearch/indices.ts'
import { openSearchServers } from '../../services/opensearch/releases.ts'
import { schemaRules } from './schema-rules.ts'
import type { SchemaSubject } from './subject.ts'

const kindOf = new Map(schemaDescription.fields.map(({ name, kind }) => [name, kind]))

describe.each(openSearchServers)('the schema on %s', (server) => {
  let indices: TestIndices
  let index: string
  let alias: string
  beforeAll(async () => {
    indices = await testIndices(server)
    alias = indices.prefix
    const [made] = shardIndices(alias, 1)
    index = made!.name
    const { status, json } = await ask(indices.url, `PUT /${index}`, made!.body)
    expect(status, JSON.stringify(json)).toBe(200)
  }, 240_000)
  afterAll(() => indices?.drop())

  const subject: SchemaSubject = {
    async post(...documents) {
      const lines = documents.flatMap((document) => [
        { index: { _index: index, _id: document.id, version: document.fence, version_type: 'external_gte' } },
        document,
      ])
      const { json } = await ask(indices.url, 'POST /_bulk?refresh=true', lines)
      const outcomes: { status: number; error?: object }[] = json.items.map((item: { index: object }) => item.index)
      const { status, error } = outcomes.find((outcome) => outcome.error !== undefined) ?? outcomes[0]!
      return { status, said: JSON.stringify(error ?? null) }
    },
    async search({ field, query, sort }) {
      const { json } = await ask(indices.url, `POST /${alias}/_search`, {
        query: field === undefined ? { match_all: {} } : queryOf(field, query ?? ''),
        size: 1_000,
        ...(sort === undefined ? {} : { sort }),
      })
      return json.hits.hits.map(({ _id }: { _id: string }) => _id)
    },
    async given(id) {
      return (await ask(indices.url, `GET /${index}/_doc/${encodeURIComponent(id)}`)).json._source
    },
    async terms(kind, text) {
      const { json } = await ask(indices.url, `POST /${index}/_analyze`, { analyzer: `${kind}_index`, text })
      return json.tokens.map(({ token }: { token: string }) => token)
    },
    async asked(field, query) {
      const path = `POST /${index}/_validate/query?explain=true`
      return JSON.stringify((await ask(indices.url, path, { query: queryOf(field, query) })).json)
    },
    async explained(id, field, query) {
      const { json } = await ask(indices.url, `POST /${index}/_explain/${id}`, { query: queryOf(field, query) })
      return detailsOf(json.explanation)
    },
  }
  schemaRules(subject)

  test('a target that stores text keeps it in _source', () => {
    const fields = schemaDescription.fields.map((field) => (field.name === 'ocr' ? { ...field, stored: true } : field))
    const excluded = ({ mappings }: { mappings: { readonly _source?: unknown } }) =>
      (mappings._source as { excludes: string[] }).excludes
    expect(excluded(openSearchMapping(schemaDescription))).toContain('ocr')
    expect(excluded(openSearchMapping({ ...schemaDescription, fields }))).not.toContain('ocr')
  })
})

function queryOf(field: string, query: string): object {
  const kind = kindOf.get(field)!
  if (!isAnalyzed(kind)) return { term: { [field]: query } }
  if (schemaDescription.analyses[kind].tokens === 'whole') return { match: { [field]: query } }
  return { simple_query_string: { fields: [field], query, default_operator: 'and', flags: 'PHRASE' } }
}

interface Explanation {
  readonly value: number
  readonly description: string
  readonly details?: readonly Explanation[]
}

/** As Solr writes it. */
const detailsOf = ({ value, description, details = [] }: Explanation): string =>
  [`${value} = ${description}`, ...details.map(detailsOf)].join('\n')
