import { readHathifile } from '../sources/hathifiles.ts'
import type { Bad, CatalogueRecord, RightsRow } from '../sources/source.ts'
import type { Connection } from '../state/connection.ts'
import { findRecords } from '../state/records/find-records.ts'
import { type Contribution, merge, upsertRights } from '../state/rights/upsert-rights.ts'
import { inScope, type Pass } from './context.ts'
import type { FileReader } from './file-reading.ts'
import type { DigestParts } from './memberships.ts'
import { readFiles } from './read-files.ts'
import { type ItemShare, sharesOf } from './record-share.ts'
import { rightsOf } from './rights-of.ts'

const blockSize = 2_000

/**
 * Reads the changed hathifiles of a source. A row gives an item its rights; of a new item it takes record, date and
 * digest from the record loaded before, so that the item is whole when it is first seen.
 */
export async function loadRights(pass: Pass, source: string, patterns: readonly string[]): Promise<void> {
  await readFiles(pass, source, patterns, hathifileReader(pass, source))
}

export function hathifileReader(pass: Pass, source: string): FileReader<RightsRow> {
  const load = (rows: RightsRow[]) => loadBlock(pass, source, rows)
  return { read: readHathifile, blockSize, load, about: ({ htid }) => htid }
}

async function loadBlock(pass: Pass, source: string, rows: readonly RightsRow[]): Promise<Bad[]> {
  const wanted = await inScope(pass, rows)
  const partOf = await pass.memberships.ofNew(
    pass.db,
    wanted.map(({ htid }) => htid),
  )
  const changes = await pass.db.transaction(async (tx) => {
    const shares = await sharesFor(tx, wanted)
    return upsertRights(
      tx,
      wanted.map((row) => contributionOf(row, shares.get(row.htid), partOf)),
    )
  })
  pass.tally.of(source).add(changes.values())
  pass.tally.of(source).count('outOfScope', rows.length - wanted.length)
  return []
}

async function sharesFor(tx: Connection, rows: readonly RightsRow[]): Promise<Map<string, ItemShare>> {
  const ids = [...new Set(rows.map((row) => row.recordId))].filter((id) => id !== null)
  const records = [...(await findRecords(tx, ids)).values()].map((data) => JSON.parse(data) as CatalogueRecord)
  return new Map(records.flatMap((record) => sharesOf(record).items.map((item) => [item.htid, item] as const)))
}

function contributionOf(row: RightsRow, share: ItemShare | undefined, partOf: DigestParts): Contribution {
  const rights = rightsOf(row)
  return {
    htid: row.htid,
    apply: (known) => {
      if (known?.recordId) return merge(known, rights)
      const updateDate = share?.updateDate ? Number(share.updateDate) : null
      const asked = known === null ? partOf(row.htid) : {}
      return merge(known, {
        ...rights,
        recordId: row.recordId,
        updateDate,
        recordDigest: share?.digest ?? null,
        ...asked,
      })
    },
  }
}
