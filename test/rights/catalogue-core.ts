import { recordFields } from '../../src/shards/fields.ts'
import { done } from '../services/solr/admin.ts'
import { layConfigset } from '../services/solr/configset.ts'
import type { TestSolr } from '../services/solr/own-things.ts'

const named = ['id', 'ht_id', 'ht_id_display', 'ht_json', 'fullrecord']
const texts = [...recordFields.filter((name) => !named.includes(name)), 'display_date']

/** Of the fields that the catalogue of HathiTrust has those that SLIP asks for, in its types. */
const schema = `
<schema name="catalogue" version="1.7">
  <uniqueKey>id</uniqueKey>
  <fieldType name="string" class="solr.StrField" docValues="false"/>
  <fieldType name="int" class="solr.IntPointField" docValues="true"/>
  <fieldType name="long" class="solr.LongPointField" docValues="true"/>
  <fieldType name="date" class="solr.DatePointField" docValues="true"/>
  <fieldType name="boolean" class="solr.BoolField"/>
  <field name="_version_" type="long" indexed="false" stored="false"/>
  <field name="id" type="string" docValues="true" required="true"/>
  <field name="ht_id" type="string" multiValued="true"/>
  <field name="ht_id_update" type="int" stored="false" multiValued="true"/>
  <field name="ht_id_display" type="string" indexed="false" multiValued="true"/>
  <field name="ht_json" type="string" indexed="false"/>
  <field name="fullrecord" type="string" indexed="false"/>
  <field name="deleted" type="boolean"/>
  <field name="time_of_index" type="date"/>
  ${texts.map((name) => `<field name="${name}" type="string" indexed="false" multiValued="true"/>`).join('')}
</schema>`
/** A catalogue that was made without care: the types of two fields are others. */
const careless = schema
  .replace('name="ht_id" type="string" multiValued="true"', 'name="ht_id" type="string"')
  .replace('name="deleted" type="boolean"', 'name="deleted" type="string"')

/** With a field for all that a catalogue has, whether SLIP asks for it or not. */
const whole = schema.replace(
  '</schema>',
  '  <dynamicField name="*" type="string" indexed="false" multiValued="true"/>\n</schema>',
)
const without = (names: readonly string[]) =>
  names.reduce((all, name) => all.replace(new RegExp(`<field name="${name}" .*/>`), ''), schema)

/** How the core of a catalogue was made; a list of names: without these fields. */
export type Made = 'well' | 'carelessly' | 'with all fields' | readonly string[]

function schemaOf(made: Made): string {
  if (made === 'well') return schema
  return made === 'carelessly' ? careless : made === 'with all fields' ? whole : without(made)
}

/** As a VuFind has it: what its handler does by itself is none of SLIP's business. */
const solrconfig = `
<config>
  <luceneMatchVersion>9.12</luceneMatchVersion>
  <schemaFactory class="ClassicIndexSchemaFactory"/>
  <updateHandler class="solr.DirectUpdateHandler2"><updateLog/></updateHandler>
  <requestDispatcher><requestParsers formdataUploadLimitInKB="65536"/></requestDispatcher>
  <requestHandler name="/select" class="solr.SearchHandler">
    <lst name="defaults">
      <str name="defType">edismax</str>
      <str name="qf">ht_id</str>
      <str name="rows">20</str>
      <str name="fl">*,score</str>
      <str name="facet">true</str>
      <str name="wt">xml</str>
    </lst>
  </requestHandler>
</config>`

/** The core of a catalogue on a real Solr. */
export interface CatalogueCore {
  readonly url: string
  /** Visible at once. */
  add(...records: readonly object[]): Promise<void>
  remove(...ids: readonly string[]): Promise<void>
}

let cores = 0

export async function catalogueCore(solr: TestSolr, made: Made = 'well'): Promise<CatalogueCore> {
  const name = `${solr.prefix}${++cores}`
  await layConfigset(solr, name, { 'schema.xml': schemaOf(made), 'solrconfig.xml': solrconfig })
  await done(solr, `GET /admin/cores?action=CREATE&name=${name}&configSet=${name}`)
  const update = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const said = await fetch(`${solr.url}/${name}${path}?commit=true`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    if (!said.ok) throw new Error(await said.text())
  }
  return {
    url: `${solr.url}/${name}`,
    add: (...records) => update('/update/json/docs', records),
    remove: (...ids) => update('/update', { delete: ids }),
  }
}
