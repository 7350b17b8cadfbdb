import type { Connection } from '../connection.ts'
import type { Claim } from './claim.ts'
import { type Indexed, type Provenance, valuesOf, writtenOf } from './settle.ts'

/**
 * claimed → indexed or absent, of all items of a claim at once: what settle.ts does, on PostgreSQL in one statement that
 * needs no transaction around it. The claim row is locked first, and goes with the rows.
 *
 * The rows are deleted where the claim left them, by their place in the table: to look each up by key, lock it and look
 * it up again to delete it took a third of a settle. Any change gives a row another place, so one that was requested anew
 * or held since is not found; then fewer rows go than were claimed, the claim row stays, and what is left leaves by
 * settle.ts. Nor does a place tell whose it is: it may be another row's by now. So what is deleted is compared with the
 * item, the token and gen.
 *
 * Rows are locked in id order: of the conditions only that on the place is one the planner can look rows up by, so it goes
 * through the list as it is given, one by one. That is why ids are compared without =.
 *
 * Races: an enqueue of the same item that waits for our row inserts a fresh one after the delete; one that comes first
 * moved gen, which is looked at again once the row is ours. A reaper that comes first takes the claim row away.
 */
const statement = `
WITH held AS MATERIALIZED (SELECT 1 FROM slip_claim WHERE token = $2 FOR UPDATE),
gone AS (
  DELETE FROM slip_queue q
  USING unnest($3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::bigint[], $9::bigint[], $10::text[],
               $15::tid[])
    AS d (htid, digest, pages, read_pages, empty_pages, invalid_bytes, bytes, inputs, place)
  WHERE q.ctid = d.place AND q.htid IS NOT DISTINCT FROM d.htid AND q.claim_token = $2 AND q.gen = q.claimed_gen
    AND EXISTS (SELECT 1 FROM held)
  RETURNING q.target, q.htid, q.shard, q.claimed_rev, q.fence, q.unproven, q.waive,
            d.digest, d.pages, d.read_pages, d.empty_pages, d.invalid_bytes, d.bytes, d.inputs),
${writtenOf('gone')},
closed AS (DELETE FROM slip_claim WHERE token = $2 AND (SELECT count(*) FROM gone) = cardinality($3::text[]))
SELECT count(digest) AS indexed, count(*) - count(digest) AS deleted FROM gone`

/** How many items have left; where it is not all of the claim, the others and the claim row are as they were. */
export interface Gone {
  readonly indexed: number
  readonly deleted: number
}

/** `settled` has all items of the claim. */
export async function settleWhole(
  db: Connection,
  claim: Pick<Claim, 'target' | 'token' | 'items'>,
  settled: readonly Indexed[],
  by: Provenance,
): Promise<Gone> {
  const ofItem = new Map(settled.map((each) => [each.htid, each]))
  // a claim lists its items in id order
  const inOrder = claim.items.map(({ htid }) => ofItem.get(htid)!)
  const places = claim.items.map(({ place }) => place)
  const [gone] = await db.query<Gone & Record<string, unknown>>(statement, [...valuesOf(claim, inOrder, by), places])
  return gone!
}
