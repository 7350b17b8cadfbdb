import type { CatalogueRecord } from '../sources/source.ts'
import { findPendingRecords, type PendingRecord, takePendingRecords } from '../state/records/pending-records.ts'
import type { RightsRow } from '../state/rights/rights-row.ts'
import { type Contribution, merge, upsertRights } from '../state/rights/upsert-rights.ts'
import { oneAhead } from './blocks.ts'
import { heedSettings } from './carry-settings.ts'
import { hasRightsSource, inScope, type Pass } from './context.ts'
import { keepCounts, keepCountsOnTheWay } from './keep-counts.ts'
import type { DigestParts } from './memberships.ts'
import { type ItemShare, sharesOf } from './record-share.ts'
import type { Rights } from './rights-of.ts'

const blockSize = 200

export type Lookup = (htids: readonly string[]) => Promise<ReadonlyMap<string, Rights>>
const noLookup: Lookup = async () => new Map()

/**
 * Carries what changed in slip_record over to the items in slip_rights, a block a transaction: a crash between two
 * blocks leaves the rest pending. A block is read and worked out while the database has the one before it. Returns how
 * many records were carried over.
 *
 * @param lookup what a source of rights says of items now, for those no such source has spoken of yet
 */
export async function carryOver(pass: Pass, lookup: Lookup = noLookup): Promise<number> {
  await heedSettings(pass)
  let done = 0
  for (let isWhole = false; !isWhole && !pass.stop.aborted; ) {
    isWhole = true
    for await (const block of oneAhead(pendingBlocks(pass, lookup))) {
      const taken = await carryBlock(pass, block)
      done += taken
      // what another process changed meanwhile is pending still
      if (taken < block.records.length) isWhole = false
    }
  }
  await keepCounts(pass)
  return done
}

/** Pending records, with what each says of its items. */
interface PendingBlock {
  readonly records: readonly PendingRecord[]
  readonly spoken: ReadonlyMap<string, Spoken>
}

/** All that are pending, until the process is to stop. */
async function* pendingBlocks(pass: Pass, lookup: Lookup): AsyncGenerator<PendingBlock> {
  for (let last: PendingRecord | undefined; !pass.stop.aborted; ) {
    const records: readonly PendingRecord[] = await findPendingRecords(pass.db, blockSize, last)
    if (records.length > 0) yield { records, spoken: await spokenOf(pass, records, lookup) }
    if (records.length < blockSize) return
    last = records.at(-1)
  }
}

async function spokenOf(pass: Pass, records: readonly PendingRecord[], lookup: Lookup): Promise<Map<string, Spoken>> {
  const parsed = records.map((record) => ({
    ...record,
    items: sharesOf(JSON.parse(record.data) as CatalogueRecord).items,
  }))
  const kept = parsed.filter(({ deleted }) => !deleted)
  const htids = kept.flatMap(({ items }) => items.map(({ htid }) => htid))
  const asked = { rights: await lookup(htids), partOf: await pass.memberships.ofNew(pass.db, htids) }
  const all = await Promise.all(
    parsed.map((record) => (record.deleted ? withdrawalsOf(record) : itemsInScope(pass, record, asked))),
  )
  return new Map(records.map(({ recordId }, index) => [recordId, all[index] as Spoken]))
}

async function carryBlock(pass: Pass, { records, spoken }: PendingBlock): Promise<number> {
  const { taken, changes } = await pass.db.transaction(async (tx) => {
    const taken = await takePendingRecords(tx, records)
    const contributions = [...taken].flatMap((id) => spoken.get(id)?.contributions ?? [])
    return { taken, changes: await upsertRights(tx, contributions) }
  })
  const taking = records.filter(({ recordId }) => taken.has(recordId))
  const sourceOf = new Map(
    taking.flatMap(({ recordId, source }) =>
      (spoken.get(recordId)?.contributions ?? []).map(({ htid }) => [htid, source] as const),
    ),
  )
  for (const [htid, change] of changes) pass.tally.of(sourceOf.get(htid) as string).add([change])
  for (const { recordId, source } of taking)
    pass.tally.of(source).count('outOfScope', spoken.get(recordId)?.outOfScope ?? 0)
  await keepCountsOnTheWay(pass)
  return taken.size
}

/** What a record says of its items. */
interface Spoken {
  readonly contributions: Contribution[]
  readonly outOfScope: number
}

interface ParsedRecord extends PendingRecord {
  readonly items: readonly ItemShare[]
}

/** What sources that are asked by item say of the items of a block. */
interface Asked {
  readonly rights: Awaited<ReturnType<Lookup>>
  readonly partOf: DigestParts
}

async function itemsInScope(pass: Pass, { recordId, items }: ParsedRecord, asked: Asked): Promise<Spoken> {
  const contributions = (await inScope(pass, items)).map((item) => contributionOf(pass, recordId, item, asked))
  return { contributions, outOfScope: items.length - contributions.length }
}

function contributionOf({ config }: Pass, recordId: string, item: ItemShare, asked: Asked): Contribution {
  const updateDate = item.updateDate === null ? null : Number(item.updateDate)
  const part = { recordId, updateDate, recordDigest: item.digest, withdrawn: false }
  const rightsSource = hasRightsSource(config)
  const unspoken = asked.rights.get(item.htid) ?? { attr: item.attr ?? config.rights.default ?? null }
  return {
    htid: item.htid,
    apply: (known) => {
      const rights = rightsSource && isSpokenFor(known) ? {} : unspoken
      return merge(known, { ...part, ...rights, ...(known === null ? asked.partOf(item.htid) : {}) })
    },
  }
}

/** A rights source is heard before the record, the record before the default. */
const isSpokenFor = (known: RightsRow | null) => known !== null && (known.reason !== null || known.rightsTime !== null)

/** The items of a deleted record that still belong to it are withdrawn; one that moved on is left alone. */
function withdrawalsOf({ recordId, items }: ParsedRecord): Spoken {
  const contributions = items.map(
    ({ htid }): Contribution => ({
      htid,
      apply: (known) => (known?.recordId === recordId ? merge(known, { withdrawn: true }) : null),
    }),
  )
  return { contributions, outOfScope: 0 }
}
