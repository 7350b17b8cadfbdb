import { type SchemaDescription, schemaDigest } from './description.ts'
import { solrVisible } from './solr-schema.ts'
import { element, type XmlElement, xmlFile } from './xml.ts'

/**
 * The chain that SLIP posts through. Its name holds target and schema: what reaches the core of another target, or one
 * with another schema, is refused as an unknown chain.
 */
export const updateChain = (description: SchemaDescription, target: string): string =>
  `slip-${target}-${schemaDigest(description)}`

/** The same, but that it goes on after a document it refuses; the errors are in the head of the answer. */
export const tolerantChain = (description: SchemaDescription, target: string): string =>
  `${updateChain(description, target)}-tolerant`

/** For the durability marker, which has no fence to compare: it is replaced by its `_version_`. */
export const markerChain = (description: SchemaDescription, target: string): string =>
  `${updateChain(description, target)}-marker`

/** Where SLIP asks: a search that hides nothing. */
export const unfilteredHandler = '/slip'

/** The solrconfig.xml of a target's cores. Commits are SLIP's: Solr makes none unless its own properties say so. */
export function solrConfig(description: SchemaDescription, target: string): string {
  return xmlFile(
    element('config', {}, [
      element('luceneMatchVersion', {}, '9.12'),
      element('schemaFactory', { class: 'ClassicIndexSchemaFactory' }),
      element('directoryFactory', { name: 'DirectoryFactory', class: 'solr.NRTCachingDirectoryFactory' }),
      element('indexConfig', {}, [element('ramBufferSizeMB', {}, `\${solr.ramBufferSizeMB:100}`)]),
      element('updateHandler', {}, [
        // Without it neither the fence of a document not yet committed is known nor what a crash cut off. It is on disk when a
        // request is answered, not only when a commit comes: else a power cut takes along what the ledger has as indexed.
        element('updateLog', {}, [
          element('str', { name: 'dir' }, `\${solr.ulog.dir:}`),
          element('str', { name: 'syncLevel' }, 'fsync'),
        ]),
        element('autoCommit', {}, [
          element('maxTime', {}, `\${solr.autoCommit.maxTime:-1}`),
          element('openSearcher', {}, 'false'),
        ]),
        element('autoSoftCommit', {}, [element('maxTime', {}, `\${solr.autoSoftCommit.maxTime:-1}`)]),
      ]),
      element('query', {}, [
        ...['filterCache', 'queryResultCache', 'documentCache'].map((cache) =>
          // a new searcher finds the filter that hides in its cache
          element(cache, { size: 512, initialSize: 64, autowarmCount: cache === 'filterCache' ? 16 : 0 }),
        ),
        element('enableLazyFieldLoading', {}, 'true'),
        element('useColdSearcher', {}, 'false'),
        element('maxWarmingSearchers', {}, '2'),
      ]),
      element('requestDispatcher', {}, [element('httpCaching', { never304: true })]),
      ...Object.entries(solrHandlers(description)).map(handlerElement),
      ...solrChains(description, target).map(chainElement),
    ]),
  )
}

/** The lists of parameters of each search handler. */
export function solrHandlers(description: SchemaDescription): Readonly<Record<string, Handler>> {
  const defaults = {
    wt: 'json',
    echoParams: 'none',
    df: 'ocr',
    'q.op': 'AND',
    // Each word is analysed alone: else common words are joined though nobody asked for a phrase.
    sow: 'true',
  }
  return {
    '/select': { defaults, appends: { fq: solrVisible(description) } },
    [unfilteredHandler]: { defaults },
  }
}

type Handler = Readonly<Record<'defaults', Texts> & Partial<Record<'appends', Texts>>>
type Texts = Readonly<Record<string, string>>

const handlerElement = ([name, lists]: [string, Handler]): XmlElement =>
  element('requestHandler', { name, class: 'solr.SearchHandler' }, Object.entries(lists).map(listElement))

const listElement = ([name, values]: [string, Texts]): XmlElement =>
  element(
    'lst',
    { name },
    Object.entries(values).map(([key, value]) => element('str', { name: key }, value)),
  )

interface Chain {
  readonly name: string
  readonly default?: true
  readonly processors: readonly Processor[]
}

interface Processor {
  readonly class: string
  readonly settings?: readonly XmlElement[]
}

/** The update chains of a target. */
export function solrChains(description: SchemaDescription, target: string): Chain[] {
  return [
    // The default too compares fences: whoever posts without naming a chain cannot undo a newer write.
    { name: updateChain(description, target), default: true, processors: [comparesFences, ...writes] },
    { name: tolerantChain(description, target), processors: [goesOn, comparesFences, ...writes] },
    { name: markerChain(description, target), processors: writes },
  ]
}

const comparesFences: Processor = {
  class: 'solr.DocBasedVersionConstraintsProcessorFactory',
  settings: [
    element('str', { name: 'versionField' }, 'fence'),
    element('str', { name: 'deleteVersionParam' }, 'fence'),
    element('bool', { name: 'ignoreOldUpdates' }, 'false'),
    element('lst', { name: 'tombstoneConfig' }, [element('bool', { name: 'tombstone' }, 'true')]),
  ],
}

const goesOn: Processor = {
  class: 'solr.TolerantUpdateProcessorFactory',
  settings: [element('int', { name: 'maxErrors' }, '-1')],
}

const writes = ['Log', 'Distributed', 'Run'].map((name): Processor => ({ class: `solr.${name}UpdateProcessorFactory` }))

function chainElement({ processors, ...attributes }: Chain): XmlElement {
  const elements = processors.map(({ class: name, settings }) => element('processor', { class: name }, settings))
  return element('updateRequestProcessorChain', attributes, elements)
}
