import type { CatalogueRecord } from '../sources/source.ts'
import { findPendingRecords, type PendingRecord, takePendingRecords } from '../state/records/pending-records.ts'
import type { RightsRow } from '../state/rights/rights-row.ts'
import { type Contribution, merge, upsertRights } from '../state/rights/upsert-rights.ts'
import { hasRightsSource, inScope, type Pass } from './context.ts'
import { type ItemShare, sharesOf } from './record-share.ts'

const blockSize = 200

/**
 * Carries what changed in slip_record over to the items in slip_rights, a block a transaction: a crash between two
 * blocks leaves the rest pending. Returns how many records were carried over.
 */
export async function carryOver(pass: Pass): Promise<number> {
  let done = 0
  for (let found = blockSize; found === blockSize && !pass.stop.aborted; ) {
    const records = await findPendingRecords(pass.db, blockSize)
    found = records.length
    if (found > 0) done += await carryBlock(pass, records)
  }
  return done
}

async function carryBlock(pass: Pass, records: readonly PendingRecord[]): Promise<number> {
  const all = await Promise.all(
    records.map((record) => (record.deleted ? withdrawalsOf(record) : itemsInScope(pass, record))),
  )
  const spoken = new Map(records.map((record, index) => [record.recordId, all[index]]))
  const { taken, changes } = await pass.db.transaction(async (tx) => {
    const taken = await takePendingRecords(tx, records)
    const contributions = [...taken].flatMap((id) => spoken.get(id)?.contributions ?? [])
    return { taken, changes: await upsertRights(tx, contributions) }
  })
  pass.tally.add(changes.values())
  for (const id of taken) pass.tally.counts.outOfScope += spoken.get(id)?.outOfScope ?? 0
  return taken.size
}

/** What a record says of its items. */
interface Spoken {
  readonly contributions: Contribution[]
  readonly outOfScope: number
}

const parse = ({ data }: PendingRecord) => sharesOf(JSON.parse(data) as CatalogueRecord).items

async function itemsInScope(pass: Pass, record: PendingRecord): Promise<Spoken> {
  const items = parse(record)
  const scoped = await Promise.all(items.map((item) => inScope(pass, item.htid)))
  const contributions = items
    .filter((_, index) => scoped[index])
    .map((item) => contributionOf(pass, record.recordId, item))
  return { contributions, outOfScope: items.length - contributions.length }
}

function contributionOf({ config }: Pass, recordId: string, item: ItemShare): Contribution {
  const updateDate = item.updateDate === null ? null : Number(item.updateDate)
  const part = { recordId, updateDate, recordDigest: item.digest, withdrawn: false }
  return {
    htid: item.htid,
    apply: (known) =>
      merge(known, { ...part, attr: attributeOf(known, item, hasRightsSource(config), config.rights.default) }),
  }
}

/** A rights source is heard before the record, the record before the default. */
function attributeOf(
  known: RightsRow | null,
  item: ItemShare,
  rightsSource: boolean,
  standard: number | undefined,
): number | null {
  const spokenFor = rightsSource && known !== null && (known.reason !== null || known.rightsTime !== null)
  return spokenFor ? known.attr : (item.attr ?? standard ?? null)
}

/** The items of a deleted record that still belong to it are withdrawn; one that moved on is left alone. */
function withdrawalsOf(record: PendingRecord): Spoken {
  const contributions = parse(record).map(
    ({ htid }): Contribution => ({
      htid,
      apply: (known) => (known?.recordId === record.recordId ? merge(known, { withdrawn: true }) : null),
    }),
  )
  return { contributions, outOfScope: 0 }
}
