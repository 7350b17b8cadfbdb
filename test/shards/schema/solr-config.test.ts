import { XMLParser } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { schemaDescription, schemaDigest } from '../../../src/shards/schema/description.ts'
import { markerChain, solrConfig, tolerantChain, updateChain } from '../../../src/shards/schema/solr-config.ts'
import { element, xmlFile } from '../../../src/shards/schema/xml.ts'

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' })
const { config } = parser.parse(solrConfig(schemaDescription, 'main'))
const processors: Readonly<Record<string, string[]>> = Object.fromEntries(
  config.updateRequestProcessorChain.map((chain: { name: string; processor: { class: string }[] }) => [
    chain.name,
    chain.processor.map((processor) => processor.class.replace(/^solr\.|(?:Update)?ProcessorFactory$/g, '')),
  ]),
)

test('the name of the chain holds target and schema: another target or schema has another', () => {
  const name = updateChain(schemaDescription, 'main')
  expect(name).toBe(`slip-main-${schemaDigest(schemaDescription)}`)
  expect(updateChain(schemaDescription, 'second')).not.toBe(name)
  expect(updateChain({ ...schemaDescription, commonWords: [] }, 'main')).not.toBe(name)
})

test('all that items go through compares fences, and only the tolerant chain goes on after a refusal', () => {
  const rest = ['DocBasedVersionConstraints', 'Log', 'Distributed', 'Run']
  expect(processors).toEqual({
    [updateChain(schemaDescription, 'main')]: rest,
    [tolerantChain(schemaDescription, 'main')]: ['Tolerant', ...rest],
    [markerChain(schemaDescription, 'main')]: rest.slice(1),
  })
})

test('what is answered is on disk, and nothing is committed but by SLIP, unless properties of the server say otherwise', () => {
  const { updateLog, autoCommit, autoSoftCommit } = config.updateHandler
  expect(updateLog.str).toContainEqual({ '#text': 'fsync', name: 'syncLevel' })
  expect([autoCommit.maxTime, autoCommit.openSearcher]).toEqual([expect.stringMatching(/^\$\{.*:-1\}$/), false])
  expect(autoSoftCommit.maxTime).toMatch(/^\$\{.*:-1\}$/)
})

test('what means something in XML is escaped in attributes and text', () => {
  const written = element('a', { b: `"<&>'` }, [element('c', {}, 'x < "y" & z')])
  const read = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(xmlFile(written))
  expect(read).toMatchObject({ a: { b: `"<&>'`, c: 'x < "y" & z' } })
})
