import { z } from 'zod'
import { column, foreignLogin, table } from './database-source.ts'
import { duration } from './duration.ts'

const codes = (standard: string, what: string) =>
  table(standard).describe(`Table of ${what}, with the columns id and name. none: there is no such table.`)

/** A column that some tables of rights do without. */
const maybe = (standard: string, what: string) => column(standard, `${what} none: there is no such column.`)

/** A source of kind rights-db; its names default to those of HathiTrust's schema. */
export const rightsDb = z.strictObject({
  kind: z
    .literal('rights-db')
    .describe(
      'Rights from the table rights_current of a database, MariaDB, MySQL or PostgreSQL, which is only read: the right to SELECT is enough.',
    ),
  ...foreignLogin('rights database'),
  table: table('rights_current').describe(
    'Table with one row an item, with an index on time, namespace and id (in InnoDB one on time is that).',
  ),
  columns: z
    .strictObject({
      namespace: column('namespace', 'What stands before the first dot of the item id.'),
      id: column('id', 'What stands behind it.'),
      attr: column('attr', 'Rights attribute, as its number or its name.'),
      reason: maybe('reason', 'Reason, as its number or its name.'),
      source: maybe('source', 'Digitization source, as its number or its name.'),
      accessProfile: maybe('access_profile', 'Access profile, as its number or its name.'),
      time: column(
        'time',
        'When the row was last changed: TIMESTAMP (PostgreSQL: with time zone) is read in UTC; DATETIME (PostgreSQL: without time zone) as it stands.',
      ),
    })
    .prefault({})
    .describe('What the columns of the table are called.'),
  codes: z
    .strictObject({
      attributes: codes('attributes', 'rights attributes'),
      reasons: codes('reasons', 'reasons'),
      sources: codes('sources', 'digitization sources'),
      accessProfiles: codes('access_profiles', 'access profiles'),
    })
    .prefault({})
    .describe('Tables that say what the numbers are called.'),
  every: duration('1m').describe('How often it is asked what changed.'),
  overlap: duration('10m').describe(
    'How far behind the clock of the database it is read again; longer than any transaction that writes the table.',
  ),
})
