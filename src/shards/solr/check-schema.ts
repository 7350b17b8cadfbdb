import { schemaDescription } from '../schema/description.ts'
import { compareWords, type LiveSchema, type SchemaDifference } from '../schema/difference.ts'
import { solrConfig } from '../schema/solr-config.ts'
import { commonWordsFile } from '../schema/solr-schema.ts'
import { icuRemedy, isFault, sentenceOf } from './answers.ts'
import { compareChainSettings, compareConfig } from './compare-config.ts'
import { compareSchema } from './compare-schema.ts'
import type { Core } from './core.ts'
import type { Cores } from './cores.ts'
import { readConfig, readConfigFile, readSchema } from './live-schema.ts'
import { probeCore } from './probe.ts'
import { askShard } from './request.ts'

/** See Engine.checkSchema. */
export async function checkSchema(cores: Cores, target: string, shard: number): Promise<LiveSchema> {
  try {
    return await askShard(cores, shard, (core) => checkCore(core, target))
  } catch (error) {
    const is = sentenceOf(error)
    const remedy = icuRemedy(is)
    if (!isFault(error) || remedy === '') throw error
    // it answers, and that it has no such core is what there is to say of its schema
    const unloaded = { what: 'core', is: is + remedy, shouldBe: 'loaded', needs: 'reload' } as const
    return { place: `shard ${shard} of ${cores.index}`, differences: [unloaded] }
  }
}

async function checkCore(core: Core, target: string): Promise<LiveSchema> {
  const schema = await readSchema(core)
  const types = new Set(schema.fieldTypes.map(({ name }) => name))
  const differences = [
    ...compareSchema(schema),
    ...(await compareCommonWords(core)),
    ...compareConfig(await readConfig(core), target),
    ...(await compareConfigFile(core, target)),
    ...(await probeCore(core, (type) => types.has(type))),
  ]
  return { place: `${core.node.url}/${core.name}`, differences }
}

async function compareConfigFile(core: Core, target: string): Promise<SchemaDifference[]> {
  const file = await readConfigFile(core, 'solrconfig.xml')
  return compareChainSettings(file ?? '', solrConfig(schemaDescription, target))
}

async function compareCommonWords(core: Core): Promise<SchemaDifference[]> {
  const text = (await readConfigFile(core, commonWordsFile)) ?? ''
  const words = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return compareWords(`file ${commonWordsFile}`, words, schemaDescription.commonWords, 'rebuild')
}
