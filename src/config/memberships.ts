import { z } from 'zod'
import { column, foreignLogin, table } from './database-source.ts'
import { duration, longDuration } from './duration.ts'

const onlyRead = 'which is only read: the right to SELECT is enough'

const changes = (standard: { readonly table: string; readonly item: string; readonly version: string }) =>
  z
    .strictObject({
      table: table(standard.table).describe(
        '`changes: {}` follows the table with the defaults; without `changes` only the comparison finds what changed. Table of items that changed, with an index on version and item; the table of the items itself, where its rows say when they were changed.',
      ),
      item: column(standard.item, 'The item id.'),
      version: column(
        standard.version,
        'A number that grows, or a time (TIMESTAMP, DATETIME): what is as high as the watermark, or higher, is read.',
      ),
      overlap: duration('10m').describe(
        'Of times: how far behind the clock of the database it is read again; longer than any transaction that writes the table.',
      ),
    })
    .optional()
    .describe('Where the database says which items changed. Without it a comparison alone finds them.')

const pace = {
  every: duration('10m').describe('How often it is asked what changed, and which collections are large.'),
  compare: longDuration('1d').describe(
    'How long after one comparison of all items with the source the next begins. It begins at once when other collections are large than before.',
  ),
}

/** A source of kind holdings; its names default to those of HathiTrust's schema. */
export const holdings = z.strictObject({
  kind: z
    .literal('holdings')
    .describe(`Who holds an item, from a table of a database, MariaDB, MySQL or PostgreSQL, ${onlyRead}.`),
  ...foreignLogin('database of the holdings'),
  table: table('holdings_htitem_htmember').describe(
    'Table with a row for each item and library, with an index on item.',
  ),
  columns: z
    .strictObject({
      item: column('volume_id', 'The item id.'),
      member: column('member_id', 'Code of the library that holds it.'),
      access: column(
        'access_count',
        'How many of its copies are brittle, lost or missing. none: there is no such column.',
      ),
    })
    .prefault({})
    .describe('What the columns of the table are called.'),
  changes: changes({ table: 'holdings_deltas', item: 'volume_id', version: 'version' }),
  ...pace,
})

/** A source of kind collections. */
export const collections = z.strictObject({
  kind: z
    .literal('collections')
    .describe(
      `Which large collections an item is in, from two tables of a database, MariaDB, MySQL or PostgreSQL, ${onlyRead}.`,
    ),
  ...foreignLogin('database of the collections'),
  table: table('mb_coll_item').describe('Table with a row for each item and collection, with an index on item.'),
  columns: z
    .strictObject({
      item: column('extern_item_id', 'The item id.'),
      collection: column('MColl_ID', 'Number of the collection.'),
    })
    .prefault({})
    .describe('What the columns of the table are called.'),
  sizes: z
    .strictObject({
      table: table('mb_collection').describe('Table with a row for each collection.'),
      collection: column('MColl_ID', 'Number of the collection.'),
      items: column('num_items', 'How many items are in it.'),
    })
    .prefault({})
    .describe('How large the collections are.'),
  largerThan: z
    .number()
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(1_000)
    .describe('A collection of more items is large. The others reach no document: who searches them sends their ids.'),
  changes: changes({ table: 'slip_shared_queue', item: 'id', version: 'time' }),
  ...pace,
})
