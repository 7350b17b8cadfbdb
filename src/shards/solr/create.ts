import { z } from 'zod'
import { SlipError } from '../../errors/slip-error.ts'
import { NotUnderstood } from '../../http/answer.ts'
import type { HttpNodes } from '../http/nodes.ts'
import { assertAnalyses } from '../schema/probes.ts'
import { acknowledged, contentOf, icuRemedy, isStatus, SolrRefusal, sentenceOf } from './answers.ts'
import type { Chains } from './chains.ts'
import type { Cores } from './cores.ts'
import { createCollection } from './create-collection.ts'
import { createCores } from './create-cores.ts'
import type { SolrOptions } from './options.ts'
import { probeCore } from './probe.ts'
import { askCore, askShard, isOtherSchema, nothingAtLength, updatePath } from './request.ts'

/**
 * Makes what is missing of the index for shards 1…N. Safe to run at the same time from several processes.
 *
 * @throws ENGINE_KIND_DIFFERS; ENGINE_VERSION_UNSUPPORTED; ENGINE_CONFIGSET_MISSING; ENGINE_INDEX_UNFIT when a core is there
 * that was made otherwise, or cannot be made; SolrRefusal, NotUnderstood or HttpFault
 */
export async function createIndex(cores: Cores, chains: Chains, options: SolrOptions, shards: number): Promise<void> {
  const { target } = options
  await assertVersion(cores, target)
  try {
    if (await cores.isCloud()) await createCollection(cores.nodes, chains, options, shards)
    else await createCores(cores.nodes.all, chains, options, shards)
    cores.forget()
    for (let shard = 1; shard <= shards; shard++) {
      await assertOwn(cores, chains, shard)
      const differences = await askShard(cores, shard, (core) => probeCore(core, anyType))
      assertAnalyses(differences, { target, shard, urls: cores.nodes.urls })
    }
  } catch (error) {
    if (!isStatus(error, 400, 500)) throw error
    throw new SlipError('ENGINE_INDEX_UNFIT', sentenceOf(error) + meaningOf(error), { place: { target }, cause: error })
  }
}

const anyType = () => true

const oldest = 9

/** Of one node: those of a cluster are of one version, or are about to be. */
async function assertVersion({ nodes }: Cores, target: string): Promise<void> {
  const version = await versionOf(nodes, target)
  if (Number.parseInt(version, 10) >= oldest) return
  const message = `the server at ${nodes.urls.join(', ')} is Solr ${version}, and SLIP needs ${oldest} or newer`
  throw new SlipError('ENGINE_VERSION_UNSUPPORTED', message, { place: { target } })
}

const systemShape = z.object({ lucene: z.object({ 'solr-spec-version': z.string() }) })

async function versionOf(nodes: HttpNodes, target: string): Promise<string> {
  try {
    const answer = await nodes.ask({ method: 'GET', path: '/admin/info/system?wt=json' })
    return contentOf(answer, systemShape).lucene['solr-spec-version']
  } catch (error) {
    if (!knowsNoSuchQuestion(error)) throw error
    const message = `targets.${target}.engine is solr, and what is asked there is none, or its URL lacks /solr: ${sentenceOf(error)}`
    throw new SlipError('ENGINE_KIND_DIFFERS', message, { place: { target }, cause: error })
  }
}

/** What is no Solr says so in words of its own. */
const knowsNoSuchQuestion = (error: unknown): boolean =>
  (error instanceof SolrRefusal || error instanceof NotUnderstood) && [400, 404, 405].includes(error.status)

function meaningOf(error: SolrRefusal): string {
  if (isOtherSchema(error)) return ': it was made for another target or schema'
  return icuRemedy(error.words)
}

/** A core that does not know the chain would refuse every document, and so would one that does not read what is compressed. */
async function assertOwn(cores: Cores, { strict }: Chains, shard: number): Promise<void> {
  await askShard(cores, shard, (core) =>
    askCore(core, { path: updatePath(core, strict), ...nothingAtLength }, acknowledged),
  )
}
