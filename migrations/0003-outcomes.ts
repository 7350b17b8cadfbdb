import type { Migration } from './migration.ts'

/**
 * The ledger: one row per (target, htid) for life, no index but the key, so that updates stay in place. And what went
 * wrong: at most one unresolved row per item and target.
 */
export const outcomes: Migration = {
  name: '0003-outcomes',
  postgres: [
    `CREATE TABLE slip_indexed (
       target varchar(32) COLLATE "C" NOT NULL,
       htid varchar(255) COLLATE "C" NOT NULL,
       shard smallint NOT NULL CHECK (shard >= 0),
       rev bigint NOT NULL CHECK (rev >= 0),
       fence bigint NOT NULL CHECK (fence BETWEEN 0 AND 9007199254740991),
       presence varchar(7) NOT NULL CHECK (presence IN ('indexed', 'absent')),
       digest char(32),
       time timestamptz(6) NOT NULL,
       indexed_ct integer NOT NULL DEFAULT 0,
       pages integer,
       empty_pages integer,
       invalid_bytes bigint,
       bytes bigint,
       code_version varchar(32),
       schema_version integer,
       config_digest varchar(16),
       host varchar(255),
       PRIMARY KEY (target, htid),
       CONSTRAINT slip_indexed_digest CHECK ((presence = 'indexed') = (digest IS NOT NULL))
     ) WITH (fillfactor = 80)`,
    `CREATE TABLE slip_errors (
       id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       target varchar(32) COLLATE "C",
       htid varchar(255) COLLATE "C",
       source varchar(64),
       record_id varchar(64) COLLATE "C",
       rev bigint,
       shard smallint,
       stage varchar(16) NOT NULL,
       code varchar(64) NOT NULL,
       class varchar(16) NOT NULL CHECK (class IN ('item', 'environment', 'internal')),
       message varchar(4000) NOT NULL,
       detail text,
       attempts integer,
       pid integer,
       host varchar(255),
       worker uuid,
       error_time timestamptz(6) NOT NULL,
       resolved_at timestamptz(6),
       resolution varchar(16) CHECK (resolution IN ('fixed', 'superseded', 'skipped', 'purged')),
       CHECK ((resolved_at IS NULL) = (resolution IS NULL))
     )`,
    `CREATE INDEX slip_errors_item ON slip_errors (target, htid)`,
    `CREATE INDEX slip_errors_code ON slip_errors (code, error_time)`,
    `CREATE UNIQUE INDEX slip_errors_unresolved ON slip_errors (target, htid) WHERE resolved_at IS NULL`,
  ],
}
