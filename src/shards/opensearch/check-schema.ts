import { z } from 'zod'
import { SlipError } from '../../errors/slip-error.ts'
import { schemaDescription } from '../schema/description.ts'
import { compareValues, type LiveSchema, type SchemaDifference } from '../schema/difference.ts'
import { openSearchVisible } from '../schema/open-search-mapping.ts'
import { aliasesOf } from './aliases.ts'
import { compareIndex, type LiveIndex, liveIndexShape } from './compare-index.ts'
import { shardAlias, shardIndex } from './names.ts'
import { probeIndex } from './probe.ts'
import { ask, type Server } from './server.ts'

/** See Engine.checkSchema. */
export async function checkSchema(server: Server, shard: number): Promise<LiveSchema> {
  const [alias, expected] = [shardAlias(server.index, shard), shardIndex(server.index, shard)]
  const present = (await aliasesOf(server)).filter((each) => each.alias === alias).map(({ index }) => index)
  const index = present.find((each) => each === expected) ?? present[0]
  if (index === undefined) throw missing(server, shard, alias)
  const path = `/${index}`
  const live = (await ask(server, { method: 'GET', path }, { shape: z.object({ [index]: liveIndexShape }), shard }))[
    index
  ]
  const differences = [
    ...compareValues(`alias ${alias}`, { leads: present.sort().join(', ') }, { leads: expected }, () => 'rebuild'),
    ...compareAliases(server, shard, live as LiveIndex),
    ...compareIndex(live as LiveIndex),
    ...(await probeIndex(server, shard, (name) => name in (live?.settings.index.analysis?.analyzer ?? {}))),
  ]
  return { place: `${server.nodes.urls.join(', ')}/${index}`, differences }
}

/** Searchers ask the alias of all shards, which must hide what is for SLIP alone; the other must hide nothing. */
function compareAliases({ index }: Server, shard: number, { aliases }: LiveIndex): SchemaDifference[] {
  const filter = (of: string) => JSON.stringify(aliases[of]?.filter ?? null)
  const visible = JSON.stringify(openSearchVisible(schemaDescription))
  const live = Object.keys(aliases).includes(index) ? { [index]: filter(index) } : {}
  const own = shardAlias(index, shard)
  return compareValues('aliases', { ...live, [own]: filter(own) }, { [index]: visible, [own]: 'null' }, () => 'reload')
}

function missing({ target, nodes }: Server, shard: number, alias: string): SlipError {
  const message = `${nodes.urls.join(', ')}: there is no alias ${alias}; slipctl targets apply makes it`
  return new SlipError('ENGINE_UNAVAILABLE', message, { place: { target, shard } })
}
