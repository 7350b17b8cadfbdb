import { engineCauses } from './engine-causes.ts'
import { type ErrorCode, environment, item, passing, usage } from './error-code.ts'

/** Every error SLIP can raise, in one table; docs/errors.md is generated from it. */
export const errorCodes = {
  // item: repository
  METS_MISSING: passing(
    'The item has no METS file in the repository, or several with nothing to tell which one counts.',
    'Restore the METS file, then: slipctl errors retry --id ID',
  ),
  METS_UNREADABLE: passing(
    'The METS file is not well-formed XML or not METS.',
    'Replace the METS file, then: slipctl errors retry --id ID',
  ),
  METS_UNSUPPORTED: item(
    'The METS profile is one that SLIP does not index.',
    'See docs/mets.md for the profiles it reads.',
  ),
  METS_TOO_LARGE: item(
    'The METS file is larger than the limit.',
    'Check the file; the METS file of a volume has a few megabytes.',
  ),
  METS_NO_PAGES: item(
    'The METS file names no pages.',
    'Check the file group of the text and the physical structMap; see docs/mets.md.',
  ),
  METS_NO_TEXT: passing(
    'The METS file names pages but no text for them, and there are no page files beside it.',
    'See docs/mets.md for where SLIP looks for text; add it, then: slipctl errors retry --id ID',
  ),
  METS_PAGE_ORDER: item(
    'A page of the METS file has no usable ORDER, or two pages have the same ORDER.',
    'Number the page divs of the physical structMap, each once; replace the METS file.',
  ),
  METS_BAD_REFERENCE: item(
    'The METS file names a page file that lies outside the item or that it does not describe, gives one page two files, or gives two pages the same file.',
    'Page hrefs are plain file names, paths below the folder of the METS, or URLs of files that lie there; replace the METS file.',
  ),
  ZIP_MISSING: passing('The item has a METS file but no zip.', 'Restore the zip, then: slipctl errors retry --id ID'),
  ZIP_UNREADABLE: passing(
    'The zip is not a zip file, or its directory is damaged.',
    'Replace the zip, then: slipctl errors retry --id ID',
  ),
  ZIP_ENTRY_DAMAGED: passing(
    'A page in the zip cannot be inflated to its stated size and checksum.',
    'Replace the zip, then: slipctl errors retry --id ID',
  ),
  ZIP_ENTRY_TOO_LARGE: item(
    'A page in the zip is larger than the limit.',
    'Check the page file; the limit is 64 MiB of text.',
  ),
  ZIP_ENTRY_UNSUPPORTED: item(
    'A page in the zip is encrypted, is a symbolic link, or uses a compression method that SLIP does not read.',
    'Pack the zip again with deflate or store, each page as a file.',
  ),
  VOLUME_TOO_LARGE: item(
    'The pages of the item have more text than the limit.',
    'Check the zip; the limit is 256 MiB of text for an item.',
  ),
  ZIP_DUPLICATE_NAME: item('The zip holds two files with the same page name.', 'Pack the zip again, each page once.'),
  PAGE_MISSING: passing(
    'METS names a page that is not in the zip or the folder of the item, or has text that belongs to no page.',
    'Add the page file or replace the METS file, then: slipctl errors retry --id ID',
  ),
  PAGE_TOO_LARGE: item('A page file is larger than the limit.', 'Check the page file; the limit is 64 MiB of text.'),
  PAGE_UNREADABLE: passing(
    'A page file is not well-formed XML, has a DOCTYPE with declarations, or names an unknown encoding.',
    'Replace the page file, then: slipctl errors retry --id ID',
  ),
  PAGE_FORMAT_UNKNOWN: item(
    'A page file is markup, but not ALTO, hOCR, PAGE, ABBYY, TEI or JATS, or an image, an archive or a PDF.',
    'See docs/mets.md for the formats that are read.',
  ),
  PAGE_DIFFERS: passing(
    'The size or MD5 checksum of a page file differs from what METS states (repository.checksums).',
    'Replace the zip or the METS file, then: slipctl errors retry --id ID; if METS will stay wrong: slipctl errors retry --id ID --waive checksum',
  ),
  // item: lookups and assembly
  RECORD_MISSING: item(
    'The catalogue has no record for the item.',
    'Load its catalogue record with the next catalogue file; the item is then indexed automatically.',
  ),
  RECORD_UNREADABLE: item(
    'The catalogue record of the item cannot be used.',
    'Correct the record in the catalogue and load it again.',
  ),
  RIGHTS_MISSING: item(
    'No source says what rights the item has.',
    'Add a rights source, or set rights.default in the configuration, and restart slip-rights; the items are then indexed by themselves.',
  ),
  HOLDINGS_INVALID: passing(
    'A row for the item in a source of holdings or collections cannot be used.',
    'Correct the row that the message names; the change has the item indexed again.',
  ),
  ITEM_ID_INVALID: item(
    'The id is not a valid item id.',
    'An id is namespace.object, 1 to 255 bytes of printable ASCII without blanks.',
  ),
  DOCUMENT_TOO_LARGE: item(
    'The document has more bytes than the servers of its target accept, or than targets.NAME.maxDocumentBytes.',
    'Raise http.max_content_length or indexing_pressure.memory.limit of the servers, or targets.NAME.maxDocumentBytes and restart slip-index, then: slipctl errors retry --code DOCUMENT_TOO_LARGE',
  ),
  DOCUMENT_REJECTED: item(
    'The engine refused the document.',
    'Read the message: it is the engine’s own. Correct its cause, then: slipctl errors retry --id ID',
  ),
  ENGINE_REFUSES_ALONE: item(
    'The engine failed three times on the document when it was sent alone, and accepted others in between.',
    'Look at the log of the engine and at the document (slipctl assemble ID), then: slipctl errors retry --id ID',
  ),
  LEASE_LOST: item(
    'Four processes in a row died or stalled while they held the item.',
    'Look at the volume by hand (slipctl assemble ID), then: slipctl errors retry --id ID',
  ),
  PURGED: {
    ...item('A person took the item out of the queue.', 'To index it after all: slipctl enqueue ID'),
    stage: 'ctl',
  },
  // rights sources
  SOURCE_RECORD_INVALID: {
    class: 'item',
    stage: 'rights',
    permanent: true,
    means: 'A catalogue record or a line of a source file cannot be read.',
    advice:
      'Correct the record in its file; the changed file is then read again automatically. From the Solr of a catalogue it is read again when its date changes, otherwise with: slip-rights --once --full',
  },
  SOURCE_FILE_UNREADABLE: {
    class: 'item',
    stage: 'rights',
    permanent: true,
    means: 'A source file cannot be opened, is not a file, or is damaged; what precedes the damage is loaded.',
    advice:
      'Replace the file or correct its permissions; it is then read again automatically. Move away what is not a file, or narrow sources.NAME.files.',
  },
  SOURCE_FILE_STOPPED: {
    class: 'item',
    stage: 'rights',
    permanent: true,
    means: 'So many records or lines of a source file cannot be read that reading it was stopped there.',
    advice:
      'Replace the file; it is then read again automatically. breaker.storm in the configuration says how many are too many.',
  },
  SOURCE_FILE_MISSING: environment(
    'rights',
    'A file that the configuration names does not exist.',
    'Check sources.NAME.files in the configuration.',
  ),
  SOURCE_UNAVAILABLE: environment(
    'rights',
    'The files of a source cannot be reached.',
    'Check sources.NAME.files in the configuration, and the mount they are on.',
  ),
  SOURCE_SERVER_UNAVAILABLE: environment(
    'rights',
    'The server of a source does not answer.',
    'Check sources.NAME.url in the configuration, and that the server runs; reading goes on where it ended.',
  ),
  SOURCE_ANSWER_INVALID: environment(
    'rights',
    'The server of a source refuses the request, or answers as no catalogue does; nothing of the answer was used, and nothing is skipped.',
    'Read the message; check that sources.NAME.url is the core of the catalogue, and check user and password.',
  ),
  SOURCE_DB_UNAVAILABLE: environment(
    'any',
    'The database of a source (rights, holdings or collections) does not answer, or is not as the configuration says.',
    'Check sources.NAME.url, user and password, that the server runs, and the table and columns the message names.',
  ),
  // environment
  DATABASE_UNAVAILABLE: environment(
    'any',
    'The database does not answer, or refuses.',
    'Check database.url, user and password, that the server runs, and what the user may do there.',
  ),
  REPOSITORY_UNAVAILABLE: environment(
    'index',
    'The repository root does not exist or cannot be entered.',
    'Check repository.root and its mount.',
  ),
  STORM_BRAKE: environment(
    'index',
    'So many items of a target failed with the same error that the cause is probably elsewhere: the target is suspended, and the rest stays queued.',
    'See slipctl queue list --state delayed --tail 20, and slipctl errors list --tail 20, and remove the cause (METS_MISSING: does the catalogue name more than the repository holds? repository.scope); the target is tried again automatically, or at once after: slipctl resume target:NAME',
  ),
  ENGINE_UNAVAILABLE: environment(
    'index',
    'The index does not answer, or refuses.',
    'Check targets.NAME.urls, user and password, and that the engine runs.',
    engineCauses,
  ),
  EMBEDDED_SERVER_FAILED: environment(
    'any',
    'The embedded PostgreSQL cannot be started.',
    'See the message of the server; a folder that its user cannot enter is the usual cause.',
  ),
  // usage
  USAGE: usage('The command line is wrong.', 'See --help.'),
  CONFIG_INVALID: usage('The configuration is wrong.', 'Correct the key that is named, then: slipctl config check'),
  CONFIG_MISSING: usage(
    'There is no configuration file.',
    'Name one with --config or SLIP_CONFIG, or write one with: slipctl init',
  ),
  CONFIG_UNREADABLE: usage(
    'The configuration file cannot be read.',
    'Let the user that runs SLIP enter its folder and read it, or run the command as that user: runuser -u slip -- COMMAND',
  ),
  TARGET_MISMATCH: usage(
    'A target in the configuration differs from what the database says it is.',
    'One that is being retired: take it out of the configuration, or wait until slipctl targets list no longer shows it. Else correct the key that is named, or apply it with: slipctl targets apply',
  ),
  TARGET_FOR_LIFE: usage(
    'Engine, shards and schema version of a target cannot change once it is applied.',
    'Set the key back, or configure a target with another name.',
  ),
  TARGET_IN_USE: usage(
    'A target that is to be retired is still in the configuration.',
    'Take it out of the configuration of every host and restart the daemons, then run the command again.',
  ),
  SHARD_SET_BACK: usage(
    'A shard that is behind or ahead of the database cannot be opened or closed by hand.',
    'Repair it first: slipctl index repair TARGET if it is behind, slipctl index adopt TARGET if it is ahead. Then it has its former state again.',
  ),
  ENGINE_KIND_DIFFERS: usage(
    'The server of an index is not of the kind that the configuration says.',
    'Set targets.NAME.engine to the kind of the server, or targets.NAME.urls to the intended server.',
  ),
  ENGINE_VERSION_UNSUPPORTED: usage(
    'The server of an index has a version that SLIP does not support.',
    'Set targets.NAME.urls to a server of Solr 9, OpenSearch 2 or Elasticsearch 8, or newer.',
  ),
  ENGINE_INDEX_UNFIT: usage(
    'The engine cannot create the index of a target, or has a different one in its place.',
    'Correct what the message names, or set targets.NAME.index to an unused name; then: slipctl targets apply',
  ),
  ENGINE_CONFIGSET_MISSING: usage(
    'A standalone Solr lacks the configset for the cores of a target.',
    'Write it into the folder configsets of the home of each server: slipctl index create --kind solr --target NAME --into FOLDER; then: slipctl targets apply',
  ),
  SNAPSHOT_FAILED: usage(
    'The engine failed to make or restore a snapshot of an index.',
    'Correct what the message of the engine says; docs/restores.md has what each engine needs.',
  ),
  SNAPSHOT_UNSUPPORTED: usage(
    'The engine of a target has no snapshots.',
    'Use the programs that the message names; after a restore: slipctl index repair TARGET',
  ),
  SCHEMA_TOO_OLD: usage('The database schema is older than this release.', 'Run: slipctl db migrate'),
  SCHEMA_TOO_NEW: usage('The database schema is newer than this release can use.', 'Install the current release.'),
  SERVER_UNSUPPORTED: usage(
    'The database server is too old, or SLIP cannot work with its settings or those of the database.',
    'Use PostgreSQL 14, MariaDB 10.6 or MySQL 8.0.16, or newer. On PostgreSQL the database must be in UTF8; on the others binlog_format must not be STATEMENT.',
  ),
  SOURCE_FILE_UNFIT: usage(
    'A file to be loaded does not exist, cannot be opened or is not a regular file; neither it nor the files named with it were loaded.',
    'Name files that can be read on this host.',
  ),
  PASS_INCOMPLETE: usage(
    'A source could not be read or used whole, so it may still have what was not seen: nothing was withdrawn.',
    'Correct what the message names, then run the command again.',
  ),
  WITHDRAW_CEILING: usage(
    'More items vanished from a catalogue than may be withdrawn without confirmation; none was withdrawn.',
    'Make sure that the catalogue is complete and that the number in the message is right; then run the command again with --yes.',
  ),
  NOT_FOUND: usage(
    'What was named does not exist.',
    'Check what you named against a list: slipctl errors list, slipctl queue list, slipctl sources list.',
  ),
  LOCKED: usage(
    'Another process holds what the command needs for itself.',
    'Wait until what the message names is done, or end it; then run the command again.',
  ),
  FOLDER_UNUSABLE: usage(
    'A folder cannot be written or entered, or is not the one it should be.',
    'Check its permissions, and those of the folders above it; or name another.',
  ),
  // internal
  INTERNAL: {
    class: 'internal',
    stage: 'any',
    permanent: false,
    means: 'A defect of SLIP.',
    advice: 'Report it with the message and the stack.',
  },
} as const satisfies Record<string, ErrorCode>

export type Code = keyof typeof errorCodes
