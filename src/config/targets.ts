import { z } from 'zod'
import { indexUrl } from './database-url.ts'
import { duration, durationFrom, longDuration } from './duration.ts'
import { webLogin, webUrl } from './login.ts'

const most = (what: string) => z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe(what)

/**
 * A change is read as long as the last reading of a whole overlap begins after its commit. That reading begins up to a
 * fifth of the overlap before the watermark passes the stamp of the change (src/state/queue/follow.ts). The writer checks
 * itself up to half an overlap after its stamp (src/state/clock.ts), and may then sleep for the minute after which the
 * server ends a silent transaction (src/state/postgres.ts, mysql.ts): 1/2 overlap + 60 s ≤ 4/5 overlap.
 */
const leastOverlapMs = 200_000

/** When a shard gets no new items any more. */
const anyFull = {
  documents: most(
    'A shard with so many documents or more is full: it gets no new items, while what it holds is updated and deleted as ever. It is open again when it is a tenth below. Default: never full.',
  ),
  bytes: most('The same for the bytes of a shard on disk, of one copy; slipctl shards list shows them.'),
}
const fullDescription = 'When a shard is full; slip-index looks once a minute.'

/** What every target has, whatever its engine. */
const anyTarget = {
  shards: z.number().int().min(1).max(999).default(1).describe('Number of shards; fixed once the target is applied.'),
  maxDocumentBytes: most(
    'A document of more bytes is not sent and ends in error DOCUMENT_TOO_LARGE. OpenSearch and Elasticsearch say themselves what they take (http.max_content_length); a proxy before them, or before Solr, does not.',
  ),
  lease: duration('5m').describe('How long a claim lives without renewal.'),
  overlap: durationFrom(
    leastOverlapMs,
    '5m',
    'a change whose writer falls asleep before its commit could be passed over by the watermark',
  ).describe(
    'How far behind its watermark slip-enqueue reads again; longer than any transaction of slip-rights. At least 200s.',
  ),
  sweep: z
    .strictObject({
      period: duration('10m').describe(
        'From the beginning of one sweep of all items to that of the next; a longer sweep is followed by the next at once.',
      ),
      rate: z
        .number()
        .int()
        .min(1)
        .max(1_000_000)
        .default(1_000)
        .describe('Items a second the sweep looks at, at most; a target that is being filled is not held to it.'),
    })
    .prefault({})
    .describe('The slow search for whatever the watermark missed.'),
  scan: z
    .strictObject({
      period: longDuration('7d').describe(
        'In which time slip-index compares every document of the index with the ledger; it is longer where that is more than one page a minute.',
      ),
    })
    .prefault({})
    .describe('The slow comparison of index and ledger.'),
}

const durable = duration('1m').describe(
  'How often a shard is given a new durability marker, and with it all that was written before goes to disk. It bounds what has to be repaired after an engine was set back.',
)

/** Of engines that show what they took only after a commit. */
const commits = z
  .strictObject({
    visible: duration('1m').describe('How often what was written is made visible to searches.'),
    by: z
      .enum(['slip', 'engine'])
      .default('slip')
      .describe(
        'Who makes it visible: slip-index, or the engine by settings of its own (Solr: solr.autoSoftCommit.maxTime; OpenSearch: index.refresh_interval). It is visible whenever index and database are compared, too: every `visible`, and no more often than once a minute.',
      ),
    durable,
  })
  .prefault({})
  .describe('When what was written is visible, and on disk.')

/** Of engines that are asked over HTTP. */
const overHttp = {
  ...webLogin,
  compress: z
    .boolean()
    .default(false)
    .describe('Compress what is posted, worth it where the network is slower than the CPU.'),
  timeout: duration('2m').describe('How long an answer may take to begin; a commit of a large shard takes long.'),
  commit: commits,
  full: z
    .strictObject({
      ...anyFull,
      diskFree: most(
        'A shard whose disk has no more than so many bytes free is full; of several copies the fullest disk counts. It is open again when a tenth more is free.',
      ),
    })
    .prefault({})
    .describe(fullDescription),
}

const webUrls = z.array(webUrl).min(1)

const openSearch = <Kind extends string>(kind: Kind, what: string) =>
  z
    .strictObject({
      engine: z.literal(kind).describe(what),
      urls: webUrls.describe('http(s)://HOST:PORT of one node of the cluster or more.'),
      index: z
        .string()
        .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'a name of lower-case letters, digits, _, . and -, at most 64')
        .optional()
        .describe('Alias of all shards, for searchers; begins the names of the indices. Default: slip_NAME.'),
      snapshots: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'a name of letters, digits, _ and -, at most 64')
        .default('slip')
        .describe('Repository of the cluster in which slipctl index snapshot keeps what it makes.'),
      ...overHttp,
      apiKey: z
        .string()
        .min(1)
        .optional()
        .meta({ secret: true })
        .describe('Key in place of user and password, as the cluster told it: sent as Authorization: ApiKey KEY.'),
      ...anyTarget,
    })
    .refine(
      ({ urls, user, password, apiKey }) =>
        apiKey === undefined || [user, password, ...urls.map((url) => new URL(url).username)].every((each) => !each),
      { path: ['apiKey'], message: 'user and password are given as well: one of the two' },
    )

/** How to reach a target, and what is done for it. */
export const target = z.discriminatedUnion('engine', [
  z.strictObject({
    engine: z
      .literal('embedded')
      .describe('Engine of the index; embedded = PostgreSQL full text, for trying things out and small libraries.'),
    urls: z
      .array(indexUrl)
      .length(1)
      .optional()
      .describe(
        'Where the engine answers. embedded: one postgres:// URL or embedded:DIR; default: a database of its own, slip_index_NAME with _ for each -, on the server of the state database, when that is a PostgreSQL.',
      ),
    commit: z.strictObject({ durable }).prefault({}).describe('When what was written is on disk.'),
    full: z.strictObject(anyFull).prefault({}).describe(fullDescription),
    ...anyTarget,
  }),
  z.strictObject({
    engine: z
      .literal('solr')
      .describe('Solr 9, servers that stand alone with a core for each shard, or a SolrCloud with a collection.'),
    urls: webUrls.describe(
      'http(s)://HOST:PORT/solr of each server that has cores of the target; of a SolrCloud that of one node or more: the others are asked of it.',
    ),
    index: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, 'a name of letters, digits, _, . and -, at most 64')
      .optional()
      .describe('Name of the collection, or of the cores in front of _N; default: slip_NAME.'),
    snapshots: z
      .string()
      .startsWith('/')
      .optional()
      .describe(
        'Folder on the servers in which slipctl index snapshot keeps what it makes; a SolrCloud needs one that all nodes share. Default of servers that stand alone: the data folder of each core, which is lost with it.',
      ),
    ...overHttp,
    replicas: z
      .number()
      .int()
      .min(1)
      .max(9)
      .default(1)
      .describe('Replicas of each shard of a collection, when it is made.'),
    minReplicas: z
      .number()
      .int()
      .min(1)
      .max(9)
      .default(1)
      .describe(
        'Replicas of a collection that must have taken a document before it counts as indexed. With more than one, nothing is indexed while fewer are up; with one, the others take it when they are back.',
      ),
    ...anyTarget,
  }),
  openSearch('opensearch', 'OpenSearch 2 or 3, with an index for each shard.'),
  openSearch('elasticsearch', 'Elasticsearch 8 or 9, in the same way.'),
])
