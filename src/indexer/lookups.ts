import { SlipError } from '../errors/slip-error.ts'
import { namesItem } from '../sources/record-items.ts'
import type { CatalogueRecord } from '../sources/source.ts'
import type { Connection } from '../state/connection.ts'
import { findRecords } from '../state/records/find-records.ts'
import { readRights } from '../state/rights/read-rights.ts'
import type { RightsRow } from '../state/rights/rights-row.ts'
import type { AskedSources, ItemAnswer } from './asked-sources.ts'

/**
 * What the tables and the sources that are asked by item say of the items of one claim, read after it: two queries a claim
 * of the tables, one of each source, kept for the claim only.
 */
export interface Lookups {
  /** Rights of an item. Throws RIGHTS_MISSING when it has no row. */
  rights(htid: string): RightsRow
  /**
   * The catalogue record of an item: one object for all items of a record. Throws RECORD_MISSING, also where its record
   * names it no more and no other has come; RECORD_UNREADABLE.
   */
  record(rights: RightsRow): CatalogueRecord
  /** What an item belongs to. Throws SOURCE_DB_UNAVAILABLE, HOLDINGS_INVALID. */
  answer(htid: string): ItemAnswer
}

/** @param made those of the items of which a document may be made: the sources are asked for no other */
export async function lookUp(
  db: Connection,
  htids: readonly string[],
  asked: AskedSources,
  made = htids,
): Promise<Lookups> {
  const rights = await readRights(db, htids)
  const answers = await asked.ask(made)
  const ids = [...rights.values()].map((row) => row.recordId).filter((id) => id !== null)
  const texts = ids.length === 0 ? new Map<string, string>() : await findRecords(db, ids)
  const parsed = new Map<string, CatalogueRecord>()
  const recordOf = (recordId: string): CatalogueRecord => {
    const known = parsed.get(recordId) ?? parse(recordId, texts.get(recordId))
    parsed.set(recordId, known)
    return known
  }
  return {
    rights: (htid) => {
      const row = rights.get(htid)
      if (row === undefined)
        throw new SlipError('RIGHTS_MISSING', `${htid} has no row in slip_rights`, { place: { htid } })
      return row
    },
    answer: answers,
    record: ({ htid, recordId }) => {
      if (recordId === null)
        throw new SlipError('RECORD_MISSING', `no catalogue record names ${htid}`, { place: { htid } })
      const record = recordOf(recordId)
      if (namesItem(record, htid)) return record
      const message = `record ${recordId} does not name ${htid} any more, and no other does`
      throw new SlipError('RECORD_MISSING', message, { place: { htid, record: recordId } })
    },
  }
}

function parse(recordId: string, text: string | undefined): CatalogueRecord {
  if (text === undefined) {
    const message = `record ${recordId} is not in the catalogue`
    throw new SlipError('RECORD_MISSING', message, { place: { record: recordId } })
  }
  try {
    return JSON.parse(text) as CatalogueRecord
  } catch (error) {
    const message = `record ${recordId} in slip_record is not JSON`
    throw new SlipError('RECORD_UNREADABLE', message, { place: { record: recordId }, cause: error })
  }
}
