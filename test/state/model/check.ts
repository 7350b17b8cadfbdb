import { checkAtRest } from '../../../src/state/audit/invariants.ts'
import { contentOf } from '../../daemon/library.ts'
import { targets, type World } from './world.ts'

/** What is wrong at rest: the invariants, and documents older than what somebody asked for. */
export async function check(world: World): Promise<string[]> {
  const wrong: string[] = []
  for (const target of targets) {
    const { engine, target: known } = world.place(target)
    const violations = await checkAtRest(world.db, target, contentOf(engine, known.shards))
    wrong.push(...violations.map(({ htid, message }) => `${htid} in ${target}: ${message}`))
    wrong.push(...(await swallowed(world, target)))
  }
  return wrong
}

async function swallowed({ db, items }: World, target: (typeof targets)[number]): Promise<string[]> {
  // an item in error waits for a person, whatever its document is
  const rows = await db.query<{ htid: string; digest: string }>(`
    SELECT l.htid, l.digest FROM slip_indexed l JOIN slip_rights r ON r.htid = l.htid
    WHERE l.target = '${target}' AND l.rev = r.rev AND l.presence = 'indexed' AND NOT EXISTS (
      SELECT 1 FROM slip_errors e WHERE e.target = l.target AND e.htid = l.htid AND e.rev = r.rev
        AND (e.resolution IS NULL OR e.resolution IN ('skipped', 'purged')))`)
  const versions = new Map(rows.map(({ htid, digest }) => [htid, Number.parseInt(digest, 16)]))
  return items
    .filter(({ htid, asked }) => (versions.get(htid) ?? Number.MAX_SAFE_INTEGER) < asked[target])
    .map(
      ({ htid, asked }) => `${htid} in ${target}: asked for at version ${asked[target]}, made of ${versions.get(htid)}`,
    )
}
