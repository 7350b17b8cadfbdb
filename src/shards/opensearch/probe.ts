import { z } from 'zod'
import { schemaDescription } from '../schema/description.ts'
import type { SchemaDifference } from '../schema/difference.ts'
import { openSearchAnalyzers } from '../schema/open-search-mapping.ts'
import { probes, termsDifferences } from '../schema/probes.ts'
import { shardAlias } from './names.ts'
import { ask, type Server, withJson } from './server.ts'

const analysed = z.object({ tokens: z.array(z.object({ token: z.string() })) })

/** Has an index analyse the texts of the probes, by the analyzers that it has: in what the terms are others. */
export async function probeIndex(
  server: Server,
  shard: number,
  has: (analyzer: string) => boolean,
): Promise<SchemaDifference[]> {
  const path = `/${shardAlias(server.index, shard)}/_analyze`
  const termsOf = async (analyzer: string, text: string) => {
    const { tokens } = await ask(server, withJson('POST', path, { analyzer, text }), { shape: analysed, shard })
    return tokens.map(({ token }) => token)
  }
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
