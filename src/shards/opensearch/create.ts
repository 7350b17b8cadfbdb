import { z } from 'zod'
import { SlipError } from '../../errors/slip-error.ts'
import { assertAnalyses } from '../schema/probes.ts'
import { type Alias, aliasesOf } from './aliases.ts'
import { shardAliases, shardBody } from './index-body.ts'
import { assertKind } from './kind.ts'
import { shardAlias, shardIndex, shardOf } from './names.ts'
import { probeIndex } from './probe.ts'
import { ask, refusalIn, type Server, withJson } from './server.ts'

const doneShape = z.object({ acknowledged: z.boolean() })

/**
 * Makes the index of each shard 1…N where it is missing, with its two aliases. Safe to run at the same time from several
 * processes.
 *
 * @throws ENGINE_KIND_DIFFERS; ENGINE_INDEX_UNFIT when the server cannot make it, or an alias leads elsewhere already;
 * ENGINE_UNAVAILABLE
 */
export async function createIndices(server: Server, shards: number): Promise<void> {
  await assertKind(server)
  const present = await aliasesOf(server)
  assertOwn(server, present)
  for (let shard = 1; shard <= shards; shard++) {
    const index = shardIndex(server.index, shard)
    if (present.filter((alias) => alias.index === index).length < 2) await createIndex(server, shard)
    await started(server, shard)
    const differences = await probeIndex(server, shard, () => true)
    assertAnalyses(differences, { target: server.target, shard, urls: server.nodes.urls })
  }
}

/** Resolves when the shard takes requests: another process may have made it just now. */
async function started(server: Server, shard: number): Promise<void> {
  const path = `/_cluster/health/${shardIndex(server.index, shard)}?wait_for_active_shards=1&timeout=30s`
  await ask(server, { method: 'GET', path }, { shape: z.object({ status: z.string() }), shard })
}

async function createIndex(server: Server, shard: number): Promise<void> {
  const name = shardIndex(server.index, shard)
  try {
    await ask(server, withJson('PUT', `/${name}`, shardBody(server.index, shard)), { shape: doneShape, shard })
  } catch (error) {
    const refusal = refusalIn(error)
    if (refusal?.status !== 400) throw error
    if (refusal.type !== 'resource_already_exists_exception')
      throw unfit(server, `index ${name}: ${refusal.words}${remedyOf(refusal.words)}`)
    // another process was first, or somebody took an alias away
    const actions = Object.entries(shardAliases(server.index, shard)).map(([alias, options]) => ({
      add: { index: name, alias, ...options },
    }))
    await ask(server, withJson('POST', '/_aliases', { actions }), { shape: doneShape, shard })
  }
}

/** By an alias of another index writes would go astray, and searchers find what is not theirs. */
function assertOwn(server: Server, present: readonly Alias[]): void {
  for (const { alias, index } of present) {
    const shard = shardOf(server.index, index)
    if (shard !== null && (alias === shardAlias(server.index, shard) || alias === server.index)) continue
    throw unfit(server, `alias ${alias} leads to index ${index}, which is another's, or of another schema`)
  }
}

const remedyOf = (words: string): string =>
  /\[icu_/.test(words) ? '; install the plugin analysis-icu on every node, and start it again' : ''

function unfit({ target, nodes }: Server, what: string): SlipError {
  return new SlipError('ENGINE_INDEX_UNFIT', `${nodes.urls.join(', ')}: ${what}`, { place: { target } })
}
