import { type ErrorCode, environment, item, passing, usage } from './error-code.ts'

/** Every error SLIP can raise, in one table; docs/errors.md is generated from it. */
export const errorCodes = {
  // item: repository
  METS_MISSING: passing(
    'The item has no METS file in the repository, or several and no telling which.',
    'Restore the METS file, then: slipctl errors retry --id ID',
  ),
  METS_UNREADABLE: passing(
    'The METS file is not well-formed XML or not METS.',
    'Replace the METS file, then: slipctl errors retry --id ID',
  ),
  METS_UNSUPPORTED: item('The METS profile is one SLIP does not index.', 'See docs/mets.md for the profiles read.'),
  METS_TOO_LARGE: item(
    'The METS file is larger than the limit.',
    'Check the file; a METS file of a volume has a few megabytes.',
  ),
  METS_NO_PAGES: item(
    'The METS file names no pages.',
    'Check the file group of the text and the physical structMap; see docs/mets.md.',
  ),
  METS_NO_TEXT: passing(
    'The METS file names pages and no text of them, and there are no page files beside it.',
    'See docs/mets.md for where text is looked for; add it, then: slipctl errors retry --id ID',
  ),
  METS_PAGE_ORDER: item(
    'A page of the METS file has no usable ORDER, or two pages have the same.',
    'Number the page divs of the physical structMap, each once; replace the METS file.',
  ),
  METS_BAD_REFERENCE: item(
    'The METS file names a page file outside the item or one it does not describe, or gives a page two or two pages one.',
    'Page hrefs are plain file names, paths below the folder of the METS, or URLs of files that lie there; replace the METS file.',
  ),
  ZIP_MISSING: passing('The item has a METS file and no zip.', 'Restore the zip, then: slipctl errors retry --id ID'),
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
    'A page in the zip is encrypted, is a symbolic link, or uses a compression SLIP does not read.',
    'Pack the zip again with deflate or store, each page as a file.',
  ),
  VOLUME_TOO_LARGE: item(
    'The pages of the item have more text than the limit.',
    'Check the zip; the limit is 256 MiB of text for an item.',
  ),
  ZIP_DUPLICATE_NAME: item('The zip holds two files of the same page name.', 'Pack the zip again, each page once.'),
  PAGE_MISSING: passing(
    'METS names a page that is not in the zip or the folder of the item, or has text that belongs to no page.',
    'Add the page file or replace the METS file, then: slipctl errors retry --id ID',
  ),
  PAGE_TOO_LARGE: item('A page file is larger than the limit.', 'Check the page file; the limit is 64 MiB of text.'),
  PAGE_UNREADABLE: passing(
    'A page file is not well-formed XML, has a DOCTYPE with declarations, or names an encoding nobody knows.',
    'Replace the page file, then: slipctl errors retry --id ID',
  ),
  PAGE_FORMAT_UNKNOWN: item(
    'A page file is markup, and not ALTO, hOCR, PAGE, TEI or JATS.',
    'See docs/mets.md for the formats read.',
  ),
  PAGE_DIFFERS: passing(
    'A page file has another size or MD5 checksum than METS states (repository.checksums).',
    'Replace the zip or the METS file, then: slipctl errors retry --id ID; where METS is wrong for good: slipctl errors retry --id ID --waive checksum',
  ),
  // item: lookups and assembly
  RECORD_MISSING: item(
    'The catalogue has no record for the item.',
    'Load its catalogue record with the next catalogue file; the item is then indexed by itself.',
  ),
  RECORD_UNREADABLE: item(
    'The catalogue record of the item cannot be used.',
    'Correct the record in the catalogue and load it again.',
  ),
  RIGHTS_MISSING: item(
    'No source says what rights the item has.',
    'Add a rights source, or set rights.default in the configuration.',
  ),
  HOLDINGS_INVALID: passing(
    'A row that a source of holdings or collections has of the item cannot be used.',
    'Correct the row that the message names; what changes there has the item indexed again.',
  ),
  ITEM_ID_INVALID: item(
    'The id is not a valid item id.',
    'An id is namespace.object, 1 to 255 bytes of printable ASCII without blanks.',
  ),
  DOCUMENT_TOO_LARGE: item(
    'The document has more bytes than the servers of its target take, or than targets.NAME.maxDocumentBytes; it was not sent.',
    'Raise http.max_content_length of the servers, or targets.NAME.maxDocumentBytes, then: slipctl errors retry --code DOCUMENT_TOO_LARGE',
  ),
  DOCUMENT_REJECTED: item('The engine refused the document.', 'See the message for the words of the engine.'),
  ENGINE_REFUSES_ALONE: item(
    'Three times the engine broke over the document when it was sent alone, and took others in between.',
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
      'Correct the record in its file, and the changed file is read again by itself; in the Solr of the catalogue it is read again when its date moves, else with: slip-rights --once --full',
  },
  SOURCE_FILE_UNREADABLE: {
    class: 'item',
    stage: 'rights',
    permanent: true,
    means: 'A source file cannot be opened, is no file, or is damaged; what stands before the damage is loaded.',
    advice:
      'Replace the file or correct its permissions, and it is read again by itself; move what is no file away, or narrow sources.NAME.files.',
  },
  SOURCE_FILE_STOPPED: {
    class: 'item',
    stage: 'rights',
    permanent: true,
    means: 'So many records or lines of a source file cannot be read that its reading was ended there.',
    advice:
      'Replace the file; it is then read again by itself. breaker.storm in the configuration says how many are too many.',
  },
  SOURCE_FILE_MISSING: environment(
    'rights',
    'A file named in sources is not there.',
    'Check sources.NAME.files in the configuration.',
  ),
  SOURCE_UNAVAILABLE: environment(
    'rights',
    'The files of a source cannot be reached.',
    'Check sources.NAME.files in the configuration, and the mount they lie on.',
  ),
  SOURCE_SERVER_UNAVAILABLE: environment(
    'rights',
    'The server of a source does not answer.',
    'Check sources.NAME.url in the configuration, and that the server runs; reading goes on where it ended.',
  ),
  SOURCE_ANSWER_INVALID: environment(
    'rights',
    'The server of a source refuses what it is asked, or answers what a catalogue does not; nothing of the answer was taken, and nothing is passed over.',
    'See the message for its words; check that sources.NAME.url is the core of the catalogue, and user and password.',
  ),
  SOURCE_DB_UNAVAILABLE: environment(
    'any',
    'The database of a source, of rights, holdings or collections, does not answer, or is not as the configuration says.',
    'Check sources.NAME.url, user and password, that the server runs, and the table and columns the message names.',
  ),
  // environment
  DATABASE_UNAVAILABLE: environment(
    'any',
    'The database does not answer.',
    'Check database.url, user and password, and that the server runs.',
  ),
  REPOSITORY_UNAVAILABLE: environment(
    'index',
    'The repository root is not there or cannot be entered.',
    'Check repository.root and its mount.',
  ),
  STORM_BRAKE: environment(
    'index',
    'So many items of a target failed with the same error that the cause is probably not the items: the target is suspended, the rest stays queued.',
    'See slipctl queue list --state delayed --tail 20, and slipctl errors list --tail 20, and mend the cause; it is tried again by itself, or at once after: slipctl resume target:NAME',
  ),
  ENGINE_UNAVAILABLE: environment(
    'index',
    'The index does not answer.',
    'Check targets.NAME.urls, and that the engine runs.',
  ),
  EMBEDDED_SERVER_FAILED: environment(
    'any',
    'The embedded PostgreSQL cannot be started.',
    'See the message of the server; a folder that its user cannot enter is the usual cause.',
  ),
  // usage
  USAGE: usage('The command line is wrong.', 'See --help.'),
  CONFIG_INVALID: usage('The configuration is wrong.', 'Correct the key named; slipctl config check tries it.'),
  CONFIG_MISSING: usage(
    'There is no configuration file.',
    'Name one with --config or SLIP_CONFIG, or write one with: slipctl init',
  ),
  CONFIG_UNREADABLE: usage(
    'The configuration file cannot be read.',
    'Let the user that runs SLIP read it: chown slip FILE, or chmod g+r FILE and its group.',
  ),
  TARGET_MISMATCH: usage(
    'A target in the configuration differs from what the database says it is.',
    'Correct the key named, or apply it with: slipctl targets apply',
  ),
  TARGET_FOR_LIFE: usage(
    'Engine, shards and schema version of a target cannot change once it is applied.',
    'Set the key back, or configure a target of another name.',
  ),
  TARGET_IN_USE: usage(
    'A target that is to be retired is still in the configuration.',
    'Take it out of the configuration of every host and restart the daemons, then call it again.',
  ),
  SHARD_SET_BACK: usage(
    'A shard that is behind or ahead of the database cannot be opened or closed by hand.',
    'Put it right first, and it is what it was before: slipctl index repair TARGET where it is behind, slipctl index adopt TARGET where it is ahead.',
  ),
  ENGINE_KIND_DIFFERS: usage(
    'The server of an index is of another kind than the configuration says.',
    'Set targets.NAME.engine to what the server is, or targets.NAME.urls to the server that is meant.',
  ),
  ENGINE_VERSION_UNSUPPORTED: usage(
    'The server of an index is of a version that SLIP does not speak to.',
    'Solr 9, OpenSearch 2 or Elasticsearch 8, or newer; set targets.NAME.urls to such a server.',
  ),
  ENGINE_INDEX_UNFIT: usage(
    'The engine cannot make the index of a target, or has another in its place.',
    'Mend what the message names, or set targets.NAME.index to a name that is free; then: slipctl targets apply',
  ),
  ENGINE_CONFIGSET_MISSING: usage(
    'A Solr that stands alone lacks the configset that the cores of a target are made of.',
    'Write it into the folder configsets of the home of each server: slipctl index create --kind solr --target NAME --into FOLDER; then: slipctl targets apply',
  ),
  SNAPSHOT_FAILED: usage(
    'The engine did not make a snapshot of an index, or did not restore one.',
    'Mend what the message says in the words of the engine; what each engine needs is in docs/restores.md.',
  ),
  SNAPSHOT_UNSUPPORTED: usage(
    'The engine of a target keeps no snapshots.',
    'Use the programs that the message names; after a restore: slipctl index repair TARGET',
  ),
  SCHEMA_TOO_OLD: usage('The database schema is older than this release.', 'Run: slipctl db migrate'),
  SCHEMA_TOO_NEW: usage('The database schema is newer than this release can use.', 'Install the current release.'),
  SERVER_UNSUPPORTED: usage(
    'The database server is too old, or it or the database is set so that SLIP cannot work on it.',
    'PostgreSQL 14, MariaDB 10.6 or MySQL 8.0.16, or newer; on the latter two binlog_format must not be STATEMENT, on the first the database is in UTF8.',
  ),
  SOURCE_FILE_UNFIT: usage(
    'A file that was to be loaded is not there, cannot be opened or is no regular file; nothing of it, nor of the files named with it, was loaded.',
    'Name files that can be read on this host.',
  ),
  PASS_INCOMPLETE: usage(
    'Not all of a source was read or could be used, so what it does not name may still be in it: nothing was withdrawn.',
    'Mend what the message names, then call the command again.',
  ),
  WITHDRAW_CEILING: usage(
    'More items vanished from a catalogue than may be withdrawn without a word of a person; none was.',
    'See that the catalogue is whole, and what the message counts is meant; then call the command again with --yes.',
  ),
  NOT_FOUND: usage('What was named does not exist.', 'Check the name.'),
  LOCKED: usage(
    'Another process holds what the command needs for itself.',
    'Wait until what the message names is done, or end it; then call the command again.',
  ),
  FOLDER_UNUSABLE: usage(
    'A folder cannot be written or entered, or is another one than it should be.',
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
