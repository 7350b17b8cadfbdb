import type { Migration } from './migration.ts'

/** What each target is; how to reach it is configuration. Written by \`slipctl targets apply\` only. */
export const targets: Migration = {
  name: '0005-targets',
  postgres: [
    `CREATE TABLE slip_target (
       name varchar(32) COLLATE "C" PRIMARY KEY,
       engine varchar(16) NOT NULL,
       schema_version integer NOT NULL,
       shards smallint NOT NULL CHECK (shards > 0),
       lease_ms integer NOT NULL CHECK (lease_ms > 0),
       overlap_ms integer NOT NULL CHECK (overlap_ms > 0),
       state varchar(8) NOT NULL DEFAULT 'live' CHECK (state IN ('filling', 'live', 'retiring'))
     )`,
    `CREATE TABLE slip_shard (
       target varchar(32) COLLATE "C" NOT NULL REFERENCES slip_target,
       shard smallint NOT NULL CHECK (shard > 0),
       state varchar(8) NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'full', 'closed', 'behind', 'ahead')),
       weight real NOT NULL DEFAULT 1 CHECK (weight >= 0),
       reason varchar(1000) NOT NULL DEFAULT '',
       since timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
       -- what it is again once it is adopted and repaired
       state_before varchar(8) CHECK (state_before IN ('open', 'full', 'closed')),
       -- a document that was claimed at this time was taken
       accepted_at timestamptz(6),
       -- the newest marker the engine may have been sent, and the newest it surely has
       marked_at timestamptz(6),
       durable_at timestamptz(6),
       behind_from timestamptz(6),
       -- up to this fence an adopt has compared what the engine holds with the ledger
       adopted_fence bigint NOT NULL DEFAULT 0 CHECK (adopted_fence BETWEEN 0 AND 9007199254740991),
       PRIMARY KEY (target, shard),
       CONSTRAINT slip_shard_before CHECK ((state IN ('behind', 'ahead')) = (state_before IS NOT NULL)),
       CONSTRAINT slip_shard_behind CHECK (state <> 'behind' OR behind_from IS NOT NULL)
     )`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS slip_target (
       name varchar(32) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
       engine varchar(16) NOT NULL,
       schema_version int NOT NULL,
       shards smallint NOT NULL CHECK (shards > 0),
       lease_ms int NOT NULL CHECK (lease_ms > 0),
       overlap_ms int NOT NULL CHECK (overlap_ms > 0),
       state varchar(8) NOT NULL DEFAULT 'live' CHECK (state IN ('filling', 'live', 'retiring'))
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_shard (
       target varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       shard smallint NOT NULL CHECK (shard > 0),
       state varchar(8) NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'full', 'closed', 'behind', 'ahead')),
       weight float NOT NULL DEFAULT 1 CHECK (weight >= 0),
       reason varchar(1000) NOT NULL DEFAULT '',
       since datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
       state_before varchar(8) CHARACTER SET ascii COLLATE ascii_bin CHECK (state_before IN ('open', 'full', 'closed')),
       accepted_at datetime(6),
       marked_at datetime(6),
       durable_at datetime(6),
       behind_from datetime(6),
       adopted_fence bigint NOT NULL DEFAULT 0 CHECK (adopted_fence BETWEEN 0 AND 9007199254740991),
       PRIMARY KEY (target, shard),
       CONSTRAINT slip_shard_before CHECK ((state IN ('behind', 'ahead')) = (state_before IS NOT NULL)),
       CONSTRAINT slip_shard_behind CHECK (state <> 'behind' OR behind_from IS NOT NULL),
       FOREIGN KEY (target) REFERENCES slip_target (name)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
}
