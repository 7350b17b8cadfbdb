import type { SourceFile } from '../sources/file-set.ts'
import { readHathifile } from '../sources/hathifiles.ts'
import type { Bad, CatalogueRecord, RightsRow } from '../sources/source.ts'
import type { Connection } from '../state/connection.ts'
import { findRecords } from '../state/records/find-records.ts'
import { type Contribution, merge, upsertRights } from '../state/rights/upsert-rights.ts'
import { blocksOf } from './blocks.ts'
import { changedFiles, markRead } from './changed-files.ts'
import { inScope, type Pass } from './context.ts'
import { keepBad } from './keep-bad.ts'
import { type ItemShare, sharesOf } from './record-share.ts'

const blockSize = 1_000

/**
 * Reads the changed hathifiles of a source. A row gives an item its rights; of a new item it takes record, date and
 * digest from the record loaded before, so that the item is whole when it is first seen.
 */
export async function loadRights(pass: Pass, source: string, patterns: readonly string[]): Promise<void> {
  for (const file of await changedFiles(pass.db, source, patterns, pass.config.baseDir)) {
    if (pass.stop.aborted) return
    await loadFile(pass, source, file)
  }
}

async function loadFile(pass: Pass, source: string, file: SourceFile): Promise<void> {
  const bad: Bad[] = []
  let read = 0
  for await (const block of blocksOf(readHathifile(file.path), blockSize)) {
    if (pass.stop.aborted) return
    bad.push(...block.filter((event) => event.kind === 'bad'))
    const rows = block.filter((event) => event.kind === 'rights')
    read += rows.length
    await loadBlock(pass, rows)
  }
  await pass.db.transaction(async (tx) => {
    await keepBad(tx, pass, source, file, bad)
    await markRead(tx, source, file)
  })
  pass.bus.emit('source.read', { source, file: file.path, records: read, bad: bad.length })
}

async function loadBlock(pass: Pass, rows: readonly RightsRow[]): Promise<void> {
  const scoped = await Promise.all(rows.map((row) => inScope(pass, row.htid)))
  const wanted = rows.filter((_, index) => scoped[index])
  const changes = await pass.db.transaction(async (tx) => {
    const shares = await sharesFor(tx, wanted)
    return upsertRights(
      tx,
      wanted.map((row) => contributionOf(row, shares.get(row.htid))),
    )
  })
  pass.tally.add(changes.values())
  pass.tally.counts.outOfScope += rows.length - wanted.length
}

async function sharesFor(tx: Connection, rows: readonly RightsRow[]): Promise<Map<string, ItemShare>> {
  const ids = rows.map((row) => row.recordId).filter((id) => id !== null)
  const records = [...(await findRecords(tx, ids)).values()].map((data) => JSON.parse(data) as CatalogueRecord)
  return new Map(records.flatMap((record) => sharesOf(record).items.map((item) => [item.htid, item] as const)))
}

function contributionOf(row: RightsRow, share: ItemShare | undefined): Contribution {
  const { attr, reason, source, accessProfile, rightsTime } = row
  const rights = { attr, reason, source, accessProfile, rightsTime }
  return {
    htid: row.htid,
    apply: (known) => {
      if (known?.recordId) return merge(known, rights)
      const updateDate = share?.updateDate ? Number(share.updateDate) : null
      return merge(known, { ...rights, recordId: row.recordId, updateDate, recordDigest: share?.digest ?? null })
    },
  }
}
