import { z } from 'zod'
import { schemaDescription } from '../schema/description.ts'
import {
  type Consequences,
  compareThings,
  compareValues,
  type SchemaDifference,
  type Values,
} from '../schema/difference.ts'
import { solrChains, solrHandlers } from '../schema/solr-config.ts'

/** The processors stand under no name. */
const chainShape = z.object({
  name: z.string().optional(),
  default: z.union([z.string(), z.boolean()]).optional(),
  '': z.array(z.object({ class: z.string().optional() })).readonly(),
})
type LiveChain = z.infer<typeof chainShape>

const handlerShape = z.record(z.string(), z.unknown())
type LiveHandler = z.infer<typeof handlerShape>

/** What a core works by beside its schema, as the Config API tells it. */
export const liveConfigShape = z.object({
  updateRequestProcessorChain: z.array(chainShape).optional(),
  requestHandler: z.record(z.string(), handlerShape).optional(),
  /** Without it a core knows no fence of what it has not committed. */
  updateHandlerupdateLog: z.object({ syncLevel: z.string().optional() }).optional(),
})
export type LiveSolrConfig = z.infer<typeof liveConfigShape>

/** All of it is read when a core is loaded. */
const reload: Consequences = { missing: 'reload', more: () => 'nothing', value: () => 'reload' }

/** In what a core takes and answers requests otherwise than it was made to. */
export function compareConfig(live: LiveSolrConfig, target: string): SchemaDifference[] {
  const chains = solrChains(schemaDescription, target).map(({ name, default: isDefault, processors }) =>
    chainOf({ name, ...(isDefault ? { default: 'true' } : {}), '': processors }),
  )
  const handlers = Object.entries(solrHandlers(schemaDescription))
  const known = new Set(handlers.map(([name]) => name))
  const found = Object.entries(live.requestHandler ?? {}).filter(([name]) => known.has(name))
  return [
    ...compareValues('update log', logOf(live.updateHandlerupdateLog), { syncLevel: 'fsync' }, () => 'reload'),
    ...compareThings('update chain', new Map(live.updateRequestProcessorChain?.map(chainOf)), new Map(chains), reload),
    ...compareThings('handler', new Map(found.map(handlerOf)), new Map(handlers.map(handlerOf)), reload),
  ]
}

const logOf = (log: LiveSolrConfig['updateHandlerupdateLog']): Values =>
  log === undefined ? {} : { syncLevel: (log.syncLevel ?? 'flush').toLowerCase() }

const chainOf = ({ name = '', default: isDefault = 'false', '': processors }: LiveChain): [string, Values] => [
  name,
  {
    default: String(isDefault),
    processors: processors.map(({ class: of = '' }) => of.replace(/^.*\./, '')).join(', '),
  },
]

/** Of what a handler is given the lists that change what is asked. */
const handlerOf = ([name, handler]: [string, LiveHandler]): [string, Values] => [
  name,
  Object.fromEntries(
    ['defaults', 'appends', 'invariants']
      .filter((list) => handler[list] !== undefined)
      .map((list) => [list, textOf(handler[list] as object)]),
  ),
]

const textOf = (values: object): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(', ')

/** The elements of the chains, by name, in the text of a solrconfig.xml: what the Config API tells lacks their settings. */
export function compareChainSettings(live: string, made: string): SchemaDifference[] {
  const what = 'solrconfig.xml, update chain'
  return compareThings(what, chainsIn(live), chainsIn(made), { ...reload, missing: 'nothing' })
}

const chainsIn = (text: string): Map<string, Values> =>
  new Map(
    [
      ...text
        .replace(/<!--.*?-->/gs, '')
        .matchAll(/<updateRequestProcessorChain(.*?)>(.*?)<\/updateRequestProcessorChain>/gs),
    ].map(([, attributes = '', content = '']) => [
      /name="(.*?)"/.exec(attributes)?.[1] ?? '',
      { settings: content.replace(/>\s+</g, '><').replace(/\s+/g, ' ').trim() },
    ]),
  )
