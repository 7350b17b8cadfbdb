import type { Migration } from './migration.ts'

/** What stage 1 writes: catalogue records as loaded, and one row per item with what is known of it. */
export const inputs: Migration = {
  name: '0001-inputs',
  postgres: [
    `CREATE TABLE slip_schema (
       only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
       version integer NOT NULL,
       oldest_code varchar(32) NOT NULL
     )`,
    `CREATE TABLE slip_record (
       record_id varchar(64) COLLATE "C" PRIMARY KEY,
       data text NOT NULL,
       items integer NOT NULL CHECK (items >= 0),
       digest char(32) NOT NULL,
       source varchar(64) NOT NULL,
       loaded_at timestamptz(6) NOT NULL,
       deleted_at timestamptz(6),
       -- items not yet carried over to slip_rights: set with the content, cleared with the items, each in one transaction
       pending boolean NOT NULL DEFAULT true
     )`,
    // deleted records after the others: an item that moved is seen at its new record first
    `CREATE INDEX slip_record_pending ON slip_record ((deleted_at IS NOT NULL), record_id) WHERE pending`,
    `CREATE TABLE slip_rights (
       htid varchar(255) COLLATE "C" PRIMARY KEY CHECK (htid ~ '^[!-~]+$'),
       attr smallint,
       reason varchar(16),
       source varchar(32),
       access_profile varchar(32),
       rights_time timestamp(0),
       record_id varchar(64) COLLATE "C",
       update_date integer,
       record_digest char(32),
       holdings_digest char(32),
       collections_digest char(32),
       -- of METS and pages as slip-rights last looked at them; no part of digest, and null until it did
       files varchar(17) COLLATE "C",
       digest char(32) NOT NULL,
       rev bigint NOT NULL CHECK (rev > 0),
       insert_time timestamptz(6) NOT NULL,
       withdrawn_at timestamptz(6)
     )`,
    `CREATE INDEX slip_rights_insert_time ON slip_rights (insert_time, htid)`,
    `CREATE TABLE slip_source_count (
       source varchar(64) COLLATE "C" NOT NULL,
       span varchar(8) NOT NULL CHECK (span IN ('pass', 'total')),
       since timestamptz(6) NOT NULL,
       counted_at timestamptz(6) NOT NULL,
       seen bigint NOT NULL,
       new bigint NOT NULL,
       updated bigint NOT NULL,
       moved bigint NOT NULL,
       withdrawn bigint NOT NULL,
       noop bigint NOT NULL,
       forced bigint NOT NULL,
       out_of_scope bigint NOT NULL,
       bad bigint NOT NULL,
       PRIMARY KEY (source, span)
     ) WITH (fillfactor = 50)`,
    // what a pass over a whole source has seen; the row without an item is the record's own
    `CREATE TABLE slip_seen (
       source varchar(64) COLLATE "C" NOT NULL,
       record_id varchar(64) COLLATE "C" NOT NULL,
       htid varchar(255) COLLATE "C" NOT NULL,
       digest char(32) NOT NULL,
       PRIMARY KEY (source, record_id, htid)
     )`,
    `CREATE INDEX slip_seen_item ON slip_seen (htid) WHERE htid <> ''`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS slip_schema (
       only_row tinyint NOT NULL DEFAULT 1 PRIMARY KEY CHECK (only_row = 1),
       version int NOT NULL,
       oldest_code varchar(32) NOT NULL
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_record (
       record_id varchar(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
       data longtext NOT NULL,
       items int NOT NULL CHECK (items >= 0),
       digest char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       source varchar(64) NOT NULL,
       loaded_at datetime(6) NOT NULL,
       deleted_at datetime(6),
       deleted tinyint(1) GENERATED ALWAYS AS (deleted_at IS NOT NULL) STORED,
       pending tinyint(1) NOT NULL DEFAULT 1,
       KEY slip_record_pending (pending, deleted, record_id)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_rights (
       htid varchar(255) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
       attr smallint,
       reason varchar(16),
       source varchar(32),
       access_profile varchar(32),
       rights_time datetime,
       record_id varchar(64) CHARACTER SET ascii COLLATE ascii_bin,
       update_date int,
       record_digest char(32) CHARACTER SET ascii COLLATE ascii_bin,
       holdings_digest char(32) CHARACTER SET ascii COLLATE ascii_bin,
       collections_digest char(32) CHARACTER SET ascii COLLATE ascii_bin,
       files varchar(17) CHARACTER SET ascii COLLATE ascii_bin,
       digest char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       rev bigint NOT NULL CHECK (rev > 0),
       insert_time datetime(6) NOT NULL,
       withdrawn_at datetime(6),
       KEY slip_rights_insert_time (insert_time, htid),
       CONSTRAINT slip_rights_htid_check CHECK (htid <> '' AND htid NOT REGEXP '[^!-~]')
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_source_count (
       source varchar(64) NOT NULL,
       span varchar(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (span IN ('pass', 'total')),
       since datetime(6) NOT NULL,
       counted_at datetime(6) NOT NULL,
       seen bigint NOT NULL,
       new bigint NOT NULL,
       updated bigint NOT NULL,
       moved bigint NOT NULL,
       withdrawn bigint NOT NULL,
       noop bigint NOT NULL,
       forced bigint NOT NULL,
       out_of_scope bigint NOT NULL,
       bad bigint NOT NULL,
       PRIMARY KEY (source, span)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_seen (
       source varchar(64) NOT NULL,
       record_id varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       htid varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       digest char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       PRIMARY KEY (source, record_id, htid),
       KEY slip_seen_item (source, htid)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
}
