import { z } from 'zod'
import { namesServer, namesServerRule, tls } from './database-tls.ts'
import { stateUrl } from './database-url.ts'
import { duration, longDuration } from './duration.ts'
import { login, webLogin } from './login.ts'
import { collections, holdings } from './memberships.ts'
import { repositorySource } from './repository-source.ts'
import { rightsDb } from './rights-db.ts'
import { target } from './targets.ts'
import { webUrl } from './web-url.ts'

/** The whole configuration; docs/configuration.md and `slipctl init` are made from it. A key enters with its user. */

/** What a target or a source is called. */
export const givenName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'a name of lower-case letters, digits, - and _, at most 32')
const files = z
  .array(z.string().min(1))
  .min(1)
  .describe(
    'Files or glob patterns, relative to the configuration file; read in the order of the dates in their names, then of their base names; a later file overrides an earlier one. Whatever matches and is not a file is an error, except folders that a ** descends into.',
  )

const share = (standard: number) => z.number().int().min(1).max(100).default(standard)

const source = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z
      .literal('records')
      .describe(
        'Catalogue records: the documents of a VuFind catalogue, or MARC-in-JSON as Zephir writes it (JSON array, one object a line, or a Solr answer); .xml, MARCXML; .mrc or .marc, MARC21 in UTF-8; *delete*.txt, ids of records that are gone; *redirect*.txt, ids of records that were merged into others; .tar or .tgz of these. Any of them .gz.',
      ),
    files,
  }),
  z.strictObject({
    kind: z.literal('hathifiles').describe('Rights from hathifiles: tab-separated, 26 columns; .gz too.'),
    files,
  }),
  z.strictObject({
    kind: z
      .literal('vufind-solr')
      .describe(
        'Catalogue records from the Solr of a VuFind catalogue with the fields of HathiTrust: what changed by ht_id_update, and the tombstones of what was deleted. slip-rights --full reads all of it.',
      ),
    url: webUrl.describe('http(s)://HOST:PORT/solr/NAME of the core or collection of the catalogue.'),
    ...webLogin,
    timeout: duration('30s').describe('How long an answer may take to begin.'),
    period: duration('10m').describe('Time from the end of one reading of changes to the next.'),
    lagDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .default(2)
      .describe(
        'slip-rights reads again from this many days before its watermark, which is the newest date of an item that was read. Longer than a change may take from its date to the catalogue.',
      ),
  }),
  repositorySource,
  rightsDb.refine(namesServer, namesServerRule),
  holdings.refine(namesServer, namesServerRule),
  collections.refine(namesServer, namesServerRule),
])

type Sources = Readonly<Record<string, z.output<typeof source>>>
const hasKind = (all: Sources, kind: string) => ofKind(all, kind) > 0
const ofKind = (all: Sources, kind: string) => Object.values(all).filter((each) => each.kind === kind).length
const speaksOfRights = ({ kind }: Sources[string]) => kind === 'hathifiles' || kind === 'rights-db'

const settings = z.strictObject({
  database: z
    .strictObject({
      url: stateUrl.describe(
        'State database: postgres://HOST[:PORT]/NAME, mysql://HOST[:PORT]/NAME (MariaDB too), or embedded:DIR for a PostgreSQL that SLIP starts itself.',
      ),
      ...login,
      tls,
    })
    .refine(namesServer, namesServerRule)
    .describe('The state database.'),
  repository: z
    .strictObject({
      kind: z
        .enum(['pairtree', 'directory', 'zip'])
        .default('pairtree')
        .describe(
          'How items are stored. pairtree: METS and zip of page texts below NAMESPACE/pairtree_root; directory: a folder NAMESPACE/OBJECT with METS and page files; zip: NAMESPACE/OBJECT.zip with both.',
        ),
      root: z.string().min(1).describe('Folder that holds the namespaces.'),
      scope: z
        .enum(['catalogue', 'present'])
        .default('catalogue')
        .describe('catalogue: every item of the catalogue is wanted; present: only those found in the repository.'),
      checksums: z
        .enum(['off', 'size', 'md5'])
        .default('off')
        .describe(
          'What of each page file is compared with METS: size: SIZE; md5: SIZE, and CHECKSUM where CHECKSUMTYPE is MD5. A file that differs is an error (PAGE_DIFFERS); what METS does not state is not compared.',
        ),
    })
    .describe('Where METS and pages are read.'),
  sources: z
    .record(givenName, source)
    .refine((all) => Object.keys(all).length > 0, 'at least one source')
    .refine(
      (all) => !hasKind(all, 'rights-db') || Object.values(all).filter(speaksOfRights).length === 1,
      'a rights-db is the only source of rights: neither hathifiles nor another rights-db beside it',
    )
    .refine(
      (all) => ofKind(all, 'holdings') <= 1 && ofKind(all, 'collections') <= 1,
      'one source of holdings, and one of collections',
    )
    .describe('What feeds stage 1, by name.'),
  rights: z
    .strictObject({
      default: z
        .number()
        .int()
        .min(1)
        .max(99)
        .optional()
        .describe(
          'Rights attribute of an item that no source gives one, as in rights_current: 1 pd, 2 ic, … Without it such an item ends in error RIGHTS_MISSING.',
        ),
      withdrawCeiling: z
        .number()
        .min(0)
        .max(1)
        .default(0.01)
        .describe(
          'Largest share of the items of a catalogue that slipctl sources run --all --withdraw-missing withdraws without --yes when they are missing from it.',
        ),
    })
    .prefault({})
    .describe('Rights.'),
  targets: z
    .record(givenName, target)
    .refine((all) => Object.keys(all).length > 0, 'at least one target')
    .describe(
      'The indexes to keep in step, by name. The database says what a target is (slipctl targets apply), this file how to reach it.',
    ),
  indexer: z
    .strictObject({
      batch: z.number().int().min(1).max(1000).default(20).describe('Largest number of items in one claim.'),
      shares: z
        .strictObject({
          daily: share(5).describe(
            'Turns of lane daily: out of every daily + ops + bulk batches, this many are looked for in it first. A lane without work leaves its turns to the others, the most urgent first.',
          ),
          ops: share(2).describe('Turns of lane ops.'),
          bulk: share(1).describe('Turns of lane bulk; at least one, so that it is never starved.'),
        })
        .prefault({})
        .describe('How the batches are shared among the lanes.'),
      batchBytes: z
        .number()
        .int()
        .min(65536)
        .max(1 << 28)
        .default(4 << 20)
        .describe('Bytes of documents posted together; a larger document goes alone.'),
      connections: z
        .number()
        .int()
        .min(1)
        .max(16)
        .default(2)
        .describe('Concurrent write requests to each server of an index.'),
      inFlightBytes: z
        .number()
        .int()
        .min(65536)
        .max(1 << 30)
        .default(16 << 20)
        .describe(
          'Bytes of documents in memory that are assembled and not yet posted, over all targets; each target has an equal share. An item larger than half a share is read, posted and settled when its target has no other in memory.',
        ),
      attempts: z
        .number()
        .int()
        .min(1)
        .max(100)
        .default(3)
        .describe('How often an item is tried before its error is final, where trying again can help.'),
      backoff: duration('1m').describe(
        'First delay after an item error, varied by up to half of it; doubled each time.',
      ),
      environmentBackoff: duration('30s').describe('Delay after a fault of a server or mount; no attempt is counted.'),
      emptyPage: z
        .string()
        .optional()
        .describe(
          'Token indexed for an empty page, such as __EMPTYOCR__; without it nothing. The same on all hosts; what is indexed stays as it is until it is requested: slipctl enqueue --all.',
        ),
      dehyphenate: z
        .boolean()
        .default(true)
        .describe(
          'Join words hyphenated at a line end. The same on all hosts; what is indexed stays as it is until it is requested: slipctl enqueue --all.',
        ),
    })
    .prefault({})
    .describe('slip-index.'),
  statistics: z
    .strictObject({
      queue: duration('1m').describe('How often the queue, the rates and the groups of errors are counted.'),
      ledger: duration('1h').describe('How often the ledger is counted, shard by shard; that reads all of it.'),
    })
    .prefault({})
    .describe('Samples: what the views show without counting.'),
  retention: z
    .strictObject({
      errors: longDuration('90d').describe(
        'Errors that were resolved: fixed and superseded ones; skipped and purged ones only once a later revision was indexed.',
      ),
      watermarks: longDuration('90d').describe('History of the watermarks.'),
      workers: longDuration('7d').describe(
        'Daemons that expired because they were silent for a lease; suspensions that nobody has retried since.',
      ),
      samples: longDuration('14d').describe('Samples.'),
      dailyStats: longDuration('1825d').describe('Statistics by day.'),
    })
    .prefault({})
    .describe('How long history is kept.'),
  breaker: z
    .strictObject({
      failures: z
        .number()
        .int()
        .min(1)
        .max(100)
        .default(3)
        .describe('Consecutive failures after which a target, shard, source or mount is suspended for all processes.'),
      probe: duration('30s').describe('First pause until it is tried again; it grows to ten times this.'),
      storm: z
        .number()
        .gt(0)
        .max(1)
        .default(0.2)
        .describe(
          'Storm brake: a target is suspended, or the reading of a source file stopped, when one error code accounts for more than this share of the last 500 items or lines (at least 100). 1 = never.',
        ),
    })
    .prefault({})
    .describe('When to leave alone what is away or broken.'),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Lowest severity that is logged.'),
    })
    .prefault({})
    .describe('The log: one JSON line an event, on standard error.'),
})

export const schema = settings.superRefine(({ database, targets }, { addIssue }) => {
  if (!isForeign(database.url)) return
  for (const [name, { engine, urls }] of Object.entries(targets)) {
    if (engine === 'embedded' && urls === undefined)
      addIssue({ code: 'custom', path: ['targets', name, 'urls'], message: urlsNeeded })
  }
})

/** Whether the embedded engine cannot have its database beside it. */
const isForeign = (url: string) => !/^(postgres|embedded)/.test(url)
const urlsNeeded =
  'is required beside a state database on MariaDB or MySQL: the embedded engine is a PostgreSQL; name one, postgres://HOST/NAME or embedded:DIR'

/** The configuration after defaults: durations in milliseconds. */
export type Settings = z.output<typeof schema>
export type TargetSettings = Settings['targets'][string]
