import { z } from 'zod'
import { acknowledged, isStatus } from './answers.ts'
import type { Chains } from './chains.ts'
import { commitShard } from './commit.ts'
import type { Cores } from './cores.ts'
import { askCore, askShard, updatePath } from './request.ts'
import { readVersioned } from './versioned.ts'

/**
 * The durability marker is a document among the others, with an id that no item has, for those have no blanks: whatever
 * empties a core or sets it back takes the marker along. A field of its own hides it, and its fence is 0, which no
 * document has.
 */
const markerId = 'durability marker'

interface Marker {
  readonly at: number
  /** Of Solr, beyond 53 bits. */
  readonly version: string
}

const markerFields = z.object({ marker: z.number() })

/** See Engine.marker. */
export async function readMarker(cores: Cores, shard: number): Promise<number | null> {
  return (await markerOf(cores, shard))?.at ?? null
}

/**
 * See Engine.mark. The version that was read is sent along, and Solr writes only where it holds that; -1 = none. The
 * chain is one that compares no fences, as the marker has none.
 */
export async function writeMarker(
  cores: Cores,
  { marker: chain }: Chains,
  shard: number,
  { from, to }: { readonly from: number | null; readonly to: number },
): Promise<boolean> {
  const found = await markerOf(cores, shard)
  if ((found?.at ?? null) !== from) return false
  const core = await cores.of(shard)
  // by hand, for a version has more digits than a number of JavaScript
  const document = `[{"id":"${markerId}","marker":${to},"fence":0,"_version_":${found?.version ?? -1}}]`
  try {
    const update = { path: updatePath(core, chain), body: Buffer.from(document), type: 'application/json' }
    await askCore(core, update, acknowledged)
  } catch (error) {
    if (isStatus(error, 409)) return false
    throw error
  }
  // what was written before is then on disk as well
  await commitShard(cores, shard, 'kept')
  return true
}

async function markerOf(cores: Cores, shard: number): Promise<Marker | null> {
  const found = await askShard(cores, shard, (core) => readVersioned(core, markerId, markerFields))
  return found && { at: found.doc.marker, version: found.version }
}
