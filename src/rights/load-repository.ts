import { writeWatermark } from '../state/control/watermark.ts'
import { merge, upsertRights } from '../state/rights/upsert-rights.ts'
import { blocksOf } from './blocks.ts'
import type { Pass } from './context.ts'
import { keepCountsOnTheWay } from './keep-counts.ts'

const blockSize = 1_000

/**
 * Gives every item of the repository that no other source named a rights row: so it is indexed or told as an
 * error. The walk is noted in slip_watermark under the name of the source.
 */
export async function loadRepository(pass: Pass, source: string): Promise<void> {
  const attr = pass.config.rights.default ?? null
  let items = 0
  for await (const htids of blocksOf(pass.repository.walk(), blockSize)) {
    if (pass.stop.aborted) return
    const partOf = await pass.memberships.ofNew(pass.db, htids)
    const changes = await pass.db.transaction((tx) =>
      upsertRights(
        tx,
        htids.map((htid) => ({
          htid,
          apply: (known) => (known === null ? merge(null, { attr, ...partOf(htid) }) : null),
        })),
      ),
    )
    pass.tally.of(source).add(changes.values())
    pass.tally.of(source).count('seen', htids.length)
    await keepCountsOnTheWay(pass)
    items += htids.length
  }
  await pass.db.transaction((tx) => writeWatermark(tx, 'rights', source, `${items} items`, true))
}
