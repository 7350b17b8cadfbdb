import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { classArchive } from '../class-archive.ts'
import { inRunFolder } from '../run-folder.ts'
import type { Tell } from '../server.ts'
import { done } from './admin.ts'
import { layConfigset } from './configset.ts'
import { homeOf, startNode } from './node.ts'
import { findSolr, type SolrProgram } from './program.ts'

/** The program that findSolr finds, and starts in half the time. */
export async function findRehearsedSolr(tell: Tell): Promise<SolrProgram> {
  const program = await findSolr(tell)
  const name = basename(dirname(program.launcher))
  const options = await classArchive(program.java, name, (recording) => rehearse({ ...program, options: recording }))
  return { ...program, options }
}

const configset = {
  'schema.xml': `
    <schema name="rehearsal" version="1.7">
      <uniqueKey>id</uniqueKey>
      <fieldType name="string" class="solr.StrField" docValues="true"/>
      <fieldType name="plong" class="solr.LongPointField" docValues="true"/>
      <fieldType name="text" class="solr.TextField">
        <analyzer><tokenizer class="solr.ICUTokenizerFactory"/><filter class="solr.ICUFoldingFilterFactory"/></analyzer>
      </fieldType>
      <field name="_version_" type="plong" indexed="false" stored="false"/>
      <field name="id" type="string" indexed="true" stored="true"/>
      <field name="text" type="text" indexed="true" stored="false"/>
    </schema>`,
  'solrconfig.xml': `
    <config>
      <luceneMatchVersion>9.12</luceneMatchVersion>
      <schemaFactory class="ClassicIndexSchemaFactory"/>
      <updateHandler class="solr.DirectUpdateHandler2"><updateLog/></updateHandler>
      <requestHandler name="/select" class="solr.SearchHandler"/>
    </config>`,
}

/** A start, a core, a document and a search: what every test begins with. */
function rehearse(program: SolrProgram): Promise<void> {
  return inRunFolder('solr', 'java', null, async ({ folder, close }) => {
    const own = join(folder, 'node')
    mkdirSync(homeOf(own), { recursive: true })
    const solr = await startNode(program, own, { heapMb: 512, icu: true, options: [], before: 'http://' })
    await layConfigset(solr, 'rehearsal', configset)
    await done(solr, 'GET /admin/cores?action=CREATE&name=rehearsal&configSet=rehearsal')
    await done(solr, 'POST /rehearsal/update?commit=true', { add: { doc: { id: 'a', text: 'Éric 東京大学' } } })
    await done(solr, 'GET /rehearsal/select?q=text:eric')
    await solr.kill('SIGTERM')
    await close()
  })
}
