import { schemaDescription } from '../schema/description.ts'
import { compareWords, type LiveSchema, type SchemaDifference } from '../schema/difference.ts'
import { solrConfig } from '../schema/solr-config.ts'
import { commonWordsFile } from '../schema/solr-schema.ts'
import { icuRemedy, isFault, sentenceOf } from './answers.ts'
import { compareChainSettings, compareConfig } from './compare-config.ts'
import { compareSchema } from './compare-schema.ts'
import type { CorePlace } from './core.ts'
import type { Cores } from './cores.ts'
import { readConfig, readConfigFile, readSchema } from './live-schema.ts'
import { probeCore } from './probe.ts'
import { askShard } from './request.ts'

/** See Engine.checkSchema. */
export async function checkSchema(cores: Cores, target: string, shard: number): Promise<LiveSchema> {
  try {
    return await askShard(cores, shard, async (core) => {
      const own = await differencesOf(core, target)
      const others = await Promise.all(core.replicas.map((replica) => differencesOfReplica(replica, own, target)))
      return { place: placeOf(core), differences: [...own, ...others.flat()] }
    })
  } catch (error) {
    const is = sentenceOf(error)
    const remedy = icuRemedy(is)
    if (!isFault(error) || remedy === '') throw error
    // it answers, and that it has no such core is what there is to say of its schema
    const unloaded = { what: 'core', is: is + remedy, shouldBe: 'loaded', needs: 'reload' } as const
    return { place: `shard ${shard} of ${cores.index}`, differences: [unloaded] }
  }
}

/** A replica may lead tomorrow: in what it differs, as one that was not loaded again, and the leader does not. */
async function differencesOfReplica(replica: CorePlace, leaders: readonly SchemaDifference[], target: string) {
  const known = new Set(leaders.map((each) => JSON.stringify(each)))
  const own = (await differencesOf(replica, target)).filter((each) => !known.has(JSON.stringify(each)))
  return own.map((each) => ({ ...each, what: `replica ${placeOf(replica)}: ${each.what}` }))
}

const placeOf = ({ node, name }: CorePlace): string => `${node.url}/${name}`

async function differencesOf(core: CorePlace, target: string): Promise<SchemaDifference[]> {
  const schema = await readSchema(core)
  const types = new Set(schema.fieldTypes.map(({ name }) => name))
  return [
    ...compareSchema(schema),
    ...(await compareCommonWords(core)),
    ...compareConfig(await readConfig(core), target),
    ...(await compareConfigFile(core, target)),
    ...(await probeCore(core, (type) => types.has(type))),
  ]
}

async function compareConfigFile(core: CorePlace, target: string): Promise<SchemaDifference[]> {
  const file = await readConfigFile(core, 'solrconfig.xml')
  return compareChainSettings(file ?? '', solrConfig(schemaDescription, target))
}

async function compareCommonWords(core: CorePlace): Promise<SchemaDifference[]> {
  const text = (await readConfigFile(core, commonWordsFile)) ?? ''
  const words = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return compareWords(`file ${commonWordsFile}`, words, schemaDescription.commonWords, 'rebuild')
}
