import type { Command } from '../command.ts'
import { confirmOptions, targetOption } from './options.ts'

const target = { describe: 'the target', type: 'string' } as const
const oneOfThem = { describe: 'the target, when there are several', type: 'string', requiresArg: true } as const
const dryRun = { describe: 'say what would be done, and do nothing', type: 'boolean', default: false } as const

/** Commands about an index as a whole. */
export const index: readonly Command[] = [
  {
    name: 'index adopt',
    takes: '<target>',
    summary: 'Reconciles the database with the index, after an older database was restored',
    detail:
      'A shard that holds what the database does not know is ahead: nothing is claimed for it. This compares every item of every shard with the ledger. What differs gets the higher fence and rev 0, so that the sweep has it indexed again or removed; then the shards are open again. Daemons may run meanwhile. Documents without a rights row are listed: their items come back when slip-rights reads its sources again. If it is interrupted, run it again.',
    positionals: { target },
    options: {
      'dry-run': dryRun,
      yes: { describe: 'remove documents of items without rights', type: 'boolean', default: false },
    },
    examples: [
      ['index adopt main --dry-run', 'how far database and index are apart'],
      ['index adopt main', 'after a restore of the database'],
    ],
    exits:
      '4 some documents have no rights row; they are listed, 5 some items stayed claimed, or the index is ahead again: run it once more',
    load: () => import('../commands/index-adopt.ts'),
  },
  {
    name: 'index repair',
    takes: '<target>',
    summary: 'Requests anew what an index lost when it was restored or emptied',
    detail:
      'A shard whose marker is older than it should be is behind: it gets no new items. This compares all shards, and then requests anew what the ledger says was settled in those that are behind since, or everything when one was emptied; then the shard has the state it had before. A shard that does not answer is told on standard error, and repaired if it was known to be behind. If it is interrupted, run it again.',
    positionals: { target },
    options: {
      'dry-run': dryRun,
      lane: { describe: 'how urgent', choices: ['ops', 'bulk'], default: 'bulk', requiresArg: true },
    },
    examples: [['index repair main --lane ops', 'after a restore of the index, before all bulk work']],
    exits:
      '0 also when no shard is behind, 2 a shard is ahead and must be adopted first, 5 set back meanwhile: run it once more',
    load: () => import('../commands/index-repair.ts'),
  },
  {
    name: 'index create',
    summary: 'Creates an index, or prints or writes its definition',
    detail:
      'Without --kind, the missing shards of a target are created on its servers, as the configuration says, and each is compared with the schema of this release (docs/schema.md) as by index schema-check. No item is queued: that begins with slipctl targets apply. With --kind, no server is asked and no configuration read: the configset for the Solr cores of a target is printed or written, or the requests are printed that create the indices of OpenSearch or Elasticsearch, one for each shard: what is created by hand of them is accepted by slipctl targets apply. A standalone Solr needs the configset in the folder configsets of its home before cores can be created.',
    options: {
      print: { describe: 'print it', type: 'boolean' },
      into: {
        describe: 'write the configset of Solr below this folder; a file that exists with other content is kept',
        type: 'string',
        requiresArg: true,
      },
      kind: { describe: 'engine to print or write it for', choices: ['solr', 'opensearch'], requiresArg: true },
      target: { describe: 'name of the target', type: 'string', demandOption: true, requiresArg: true },
      shards: { describe: 'of opensearch: number of shards, as configured', type: 'number', requiresArg: true },
      index: {
        describe: 'of opensearch: targets.NAME.index, where it is configured (default: slip_TARGET)',
        type: 'string',
        requiresArg: true,
      },
    },
    examples: [
      ['index create --target main', 'on the servers of the configuration'],
      ['index create --kind solr --target main --into /var/solr/data/configsets', 'the configset, as Solr wants it'],
      [
        'index create --kind solr --target main --print',
        'its three files, each after its name; with --json, an object',
      ],
      [
        'index create --kind opensearch --target main --shards 12 --print',
        'its twelve requests, as the console of OpenSearch takes them',
      ],
    ],
    exits:
      '2 not a name, the configuration differs from what the target was applied with, --kind with neither or both of --print and --into, a file exists with other content, or the index has another schema or cannot be created (ENGINE_INDEX_UNFIT); 3 the index exists and differs; 7 a server is away',
    load: () => import('../commands/index-create.ts'),
  },
  {
    name: 'index snapshot',
    takes: '<name>',
    summary: 'Takes a snapshot of an index, by the means of its engine',
    detail:
      'Solr copies each core, or the collection, into targets.NAME.snapshots; OpenSearch makes a snapshot in the repository of that name, which its administrator has registered. Of what is written meanwhile, a part may be in it. The embedded engine has no snapshots: the message names the commands of PostgreSQL that do it. What each needs, and how old ones are removed: docs/restores.md.',
    positionals: { name: { describe: 'lower-case letters, digits, _, . and -', type: 'string' } },
    options: { target: oneOfThem },
    examples: [['index snapshot before-upgrade', 'all shards of the only target']],
    exits: '2 the engine refused or failed (the message is its own), or has no snapshots',
    load: () => import('../commands/index-snapshot.ts'),
  },
  {
    name: 'index restore',
    takes: '<name>',
    summary: 'Sets an index back to a snapshot',
    detail:
      'The target is paused and drained first, and resumed when all shards are set back, unless a person had paused it before: such a pause does not run out meanwhile, and has its end again afterwards. When the restore fails the target stays paused. The shards are behind then: they get no new items until slipctl index repair has requested anew what came after the snapshot. An index that was lost must first be created by slipctl targets apply. Without --yes nothing is done.',
    positionals: { name: { describe: 'as it was given to index snapshot', type: 'string' } },
    options: { target: oneOfThem, ...confirmOptions },
    examples: [
      ['index restore before-upgrade', 'tells what would be done'],
      ['index restore before-upgrade --target main --yes', 'sets all shards of main back'],
    ],
    exits:
      '2 without --yes, or the engine refused or failed (the message is its own), 5 the target was resumed meanwhile, 6 another slipctl sets it back now',
    load: () => import('../commands/index-restore.ts'),
  },
  {
    name: 'index schema-check',
    summary: 'Compares the index in the engine with the schema of this release',
    detail:
      'Compares field by field: types, analysis, what is stored, copies, similarity, extra fields and dynamic fields; for Solr also the common words, the update chains and the handlers, for a SolrCloud every replica, for OpenSearch settings and aliases. The engine also analyses sample texts, and the terms are compared with those of the schema. Each difference needs a rebuild, because other terms are indexed; or only a reload; or nothing: it is harmless, and the exit code is 0.',
    options: { target: targetOption },
    examples: [
      ['index schema-check', 'all targets of the configuration'],
      ['index schema-check --target main --json', 'the differences with their consequences, for scripts'],
    ],
    exits: '3 an index differs in a way that is not harmless, 7 one is away or was never created',
    load: () => import('../commands/index-schema-check.ts'),
  },
]
