import { creatableKinds } from '../../shards/schema/created.ts'
import type { Command } from '../command.ts'

const target = { describe: 'the target', type: 'string' } as const
const dryRun = { describe: 'says what would be done, and does nothing', type: 'boolean', default: false } as const

/** Commands about an index as a whole. */
export const index: readonly Command[] = [
  {
    name: 'index adopt',
    takes: '<target>',
    summary: 'Makes the database know what the index holds, after an older database was restored',
    detail:
      'A shard that holds what the database does not know is ahead: nothing is claimed for it. This compares every item of every shard with the ledger. What differs gets the higher fence and rev 0, so that the sweep has it indexed again, or removed; then the shards are open again. Daemons may run meanwhile. Documents without a rights row are listed: their items come back when slip-rights reads its sources again. Broken off, it is done again.',
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
    summary: 'Has indexed again what an index lost that was restored or emptied',
    detail:
      'A shard whose marker is older than it should be is behind: it gets no new items. This requests anew what the ledger says was settled in it since, or everything when it was emptied; then the shard is what it was. Broken off, it is done again.',
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
    summary: 'Prints or writes what an index of Solr or OpenSearch is made of',
    detail:
      'From the schema of this release (docs/schema.md): the configset of the Solr cores of a target, or the body of the request that makes an index of OpenSearch. It asks no server and reads no configuration. Servers of Solr that stand alone need the configset, in the folder configsets of the home of each, before slipctl targets apply can make their cores; every other index is made by that alone.',
    options: {
      print: { describe: 'print it', type: 'boolean' },
      into: {
        describe: 'write the configset of Solr below this folder; a file that is there and is another stays',
        type: 'string',
        requiresArg: true,
      },
      kind: { describe: 'for which engine', choices: creatableKinds, demandOption: true, requiresArg: true },
      target: { describe: 'name of the target', type: 'string', demandOption: true, requiresArg: true },
    },
    examples: [
      ['index create --kind solr --target main --into /var/solr/data/configsets', 'the configset, as Solr wants it'],
      [
        'index create --kind solr --target main --print',
        'its three files, each after its name; with --json, an object',
      ],
      ['index create --kind opensearch --target main --print', 'JSON, as OpenSearch takes it'],
    ],
    exits: '2 the name is none, neither or both of --print and --into, or a file that is there is another',
    load: () => import('../commands/index-create.ts'),
  },
]
