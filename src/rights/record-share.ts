import { createHash } from 'node:crypto'
import { recordFields } from '../shards/fields.ts'
import { itemShares } from '../sources/item-share.ts'
import { itemsOf } from '../sources/record-items.ts'
import type { CatalogueItem, CatalogueRecord, Note } from '../sources/source.ts'

/** What a catalogue record says of one of its items. */
export interface ItemShare extends CatalogueItem {
  /** Digest over the part of the record that reaches this item's document. */
  readonly digest: string
}

export function sharesOf(record: CatalogueRecord): { items: ItemShare[]; problems: Note[] } {
  const { items, problems } = itemsOf(record)
  const share = itemShares(record, recordFields)
  const digest = (htid: string) => createHash('sha256').update(share(htid)).digest('hex').slice(0, 32)
  return { items: items.map((item) => ({ ...item, digest: digest(item.htid) })), problems }
}
