import { schemaDescription } from '../schema/description.ts'
import type { SchemaDifference } from '../schema/difference.ts'
import { openSearchAnalyzers } from '../schema/open-search-mapping.ts'
import { probes, termsDifferences } from '../schema/probes.ts'
import { analyseText } from './analyse.ts'
import type { Server } from './server.ts'

/** Has an index analyse the texts of the probes, by the analyzers that it has: in what the terms are others. */
export async function probeIndex(
  server: Server,
  shard: number,
  has: (analyzer: string) => boolean,
): Promise<SchemaDifference[]> {
  const termsOf = async (analyzer: string, text: string) =>
    (await analyseText(server, shard, analyzer, text)).map(({ word }) => word)
  const asked = probes
    .map((probe) => ({ probe, by: openSearchAnalyzers(probe.kind, schemaDescription) }))
    .filter(({ by: { index, phrase } }) => has(index) && has(phrase))
  const differences = await Promise.all(
    asked.map(async ({ probe, by: { index, phrase } }) => {
      const found = { index: await termsOf(index, probe.text), query: await termsOf(phrase, probe.text) }
      return termsDifferences(probe, found)
    }),
  )
  return differences.flat()
}
