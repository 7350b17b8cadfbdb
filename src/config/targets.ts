import { z } from 'zod'
import { indexUrl } from './database-url.ts'
import { duration, durationFrom, longDuration } from './duration.ts'
import { webLogin } from './login.ts'
import { webUrl } from './web-url.ts'

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
    'A shard with this many documents or more is full: it gets no new items, but what it holds is still updated and deleted. It is open again once it is a tenth below. Default: never full.',
  ),
  bytes: most('The same for the bytes of a shard on disk, counting one copy; slipctl shards list shows them.'),
}
const fullDescription = 'When a shard is full; slip-index looks once a minute.'

export const shardCount = z.number().int().min(1).max(999)

/** What every target has, whatever its engine. */
const anyTarget = {
  shards: shardCount.default(1).describe('Number of shards; fixed once the target is applied.'),
  maxDocumentBytes: most(
    'A document of more bytes is not sent and ends in error DOCUMENT_TOO_LARGE. OpenSearch and Elasticsearch announce their own limits (http.max_content_length, indexing_pressure.memory.limit); a proxy in front of them, or of Solr, does not.',
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
        'Time from the start of one sweep of all items to the start of the next; a sweep that takes longer is followed by the next at once.',
      ),
      rate: z
        .number()
        .int()
        .min(1)
        .max(1_000_000)
        .default(1_000)
        .describe('Most items per second that the sweep looks at; it does not apply while a target is being filled.'),
    })
    .prefault({})
    .describe('The slow search for whatever the watermark missed.'),
  scan: z
    .strictObject({
      period: longDuration('7d').describe(
        'Time in which slip-index compares every document of the index with the ledger; it takes longer if that would be more than 10,000 items a minute.',
      ),
    })
    .prefault({})
    .describe('The slow comparison of index and ledger.'),
}

const durable = duration('1m').describe(
  'How often a shard gets a new durability marker, which brings everything written before it to disk. It bounds what has to be repaired after an engine was set back.',
)

/** Of engines that show what they took only after a commit. */
const commits = z
  .strictObject({
    visible: duration('1m').describe('How often what was written is made visible to searches.'),
    by: z
      .enum(['slip', 'engine'])
      .default('slip')
      .describe(
        'Who makes it visible: slip-index, or the engine by settings of its own (Solr: solr.autoSoftCommit.maxTime; OpenSearch: index.refresh_interval). Comparing index and database makes it visible as well: every `visible`, but at most once a minute.',
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
    .describe('Compress requests; worth it only where the network is slower than the CPU.'),
  timeout: duration('2m').describe('How long an answer may take to begin; a commit of a large shard takes long.'),
  commit: commits,
  full: z
    .strictObject({
      ...anyFull,
      diskFree: most(
        'A shard whose disk has no more than this many bytes free is full; of several copies the fullest disk counts. It is open again once a tenth more is free.',
      ),
    })
    .prefault({})
    .describe(fullDescription),
}

const webUrls = z.array(webUrl).min(1)

/** Begins the names of the indices of a target. */
export const openSearchName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'a name of lower-case letters, digits, _, . and -, at most 64')

const openSearch = <Kind extends string>(kind: Kind, what: string) =>
  z
    .strictObject({
      engine: z.literal(kind).describe(what),
      urls: webUrls.describe('http(s)://HOST:PORT of one node of the cluster or more.'),
      index: openSearchName
        .optional()
        .describe('Alias of all shards, for searches; the names of the indices begin with it. Default: slip_NAME.'),
      snapshots: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'a name of letters, digits, _ and -, at most 64')
        .default('slip')
        .describe('Snapshot repository of the cluster for slipctl index snapshot.'),
      ...overHttp,
      apiKey: z
        .string()
        .min(1)
        .optional()
        .meta({ secret: true })
        .describe(
          'Key instead of user and password, encoded as the cluster returned it; sent as Authorization: ApiKey KEY.',
        ),
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
        'Where the engine answers. embedded: one postgres:// URL or embedded:DIR; default: the database slip_index_NAME, with _ for each -, on the server of the state database, if that is PostgreSQL; required beside MariaDB and MySQL.',
      ),
    commit: z.strictObject({ durable }).prefault({}).describe('When what was written is on disk.'),
    full: z.strictObject(anyFull).prefault({}).describe(fullDescription),
    ...anyTarget,
  }),
  z.strictObject({
    engine: z
      .literal('solr')
      .describe('Solr 9: standalone servers with a core for each shard, or a SolrCloud with a collection.'),
    urls: webUrls.describe(
      'http(s)://HOST:PORT/solr of each server that has cores of the target; for a SolrCloud of one node or more, which name the others.',
    ),
    index: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, 'a name of letters, digits, _, . and -, at most 64')
      .optional()
      .describe('Name of the collection, or of the cores without their _N; default: slip_NAME.'),
    snapshots: z
      .string()
      .startsWith('/')
      .optional()
      .describe(
        'Folder on the servers for slipctl index snapshot; a SolrCloud needs one that all nodes share. Default for standalone servers: the data folder of each core, which is lost with it.',
      ),
    ...overHttp,
    replicas: z
      .number()
      .int()
      .min(1)
      .max(9)
      .default(1)
      .describe('Replicas of each shard of a collection, when it is created.'),
    minReplicas: z
      .number()
      .int()
      .min(1)
      .max(9)
      .default(1)
      .describe(
        'Replicas of a collection that must have accepted a document before it counts as indexed. With more than one, nothing is indexed while fewer are up; with one, the others catch up when they are back.',
      ),
    ...anyTarget,
  }),
  openSearch('opensearch', 'OpenSearch 2 or 3, with an index for each shard.'),
  openSearch('elasticsearch', 'Elasticsearch 8 or 9, in the same way.'),
])
