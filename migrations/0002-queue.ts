import type { Migration } from './migration.ts'

/**
 * The queue, its claims, and what the engine must be asked about again. Every index of the queue costs every claim: two, both partial. fillfactor leaves room so
 * that claim and settle stay on their page; autovacuum comes early because rows live for seconds.
 */
export const queue: Migration = {
  name: '0002-queue',
  postgres: [
    `CREATE TABLE slip_queue (
       target varchar(32) COLLATE "C" NOT NULL,
       htid varchar(255) COLLATE "C" NOT NULL CHECK (htid ~ '^[!-~]+$'),
       seq bigint NOT NULL,
       lane smallint NOT NULL CHECK (lane BETWEEN 0 AND 3),
       state smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
       action varchar(6) NOT NULL CHECK (action IN ('index', 'delete')),
       shard smallint NOT NULL DEFAULT 0 CHECK (shard >= 0),
       rev bigint NOT NULL CHECK (rev > 0),
       gen bigint NOT NULL DEFAULT 1 CHECK (gen > 0),
       claimed_rev bigint,
       claimed_gen bigint,
       fence bigint NOT NULL DEFAULT 0 CHECK (fence BETWEEN 0 AND 9007199254740991),
       claim_token uuid,
       pid integer,
       host varchar(255),
       attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
       strikes smallint NOT NULL DEFAULT 0 CHECK (strikes >= 0),
       -- how often the engine broke over it alone, and when a request with it last broke
       refusals smallint NOT NULL DEFAULT 0 CHECK (refusals >= 0),
       failed_at timestamptz(6),
       unproven boolean NOT NULL DEFAULT false,
       hold boolean NOT NULL DEFAULT false,
       waive varchar(64),
       available_at timestamptz(6),
       enqueued_at timestamptz(6) NOT NULL,
       reason varchar(32) NOT NULL,
       last_error varchar(1000),
       PRIMARY KEY (target, htid),
       CONSTRAINT slip_queue_claim CHECK (
         (state = 1) = (claim_token IS NOT NULL)
         AND (state = 1) = (claimed_rev IS NOT NULL)
         AND (state = 1) = (claimed_gen IS NOT NULL)
       ),
       CONSTRAINT slip_queue_delay CHECK ((state = 2) = (available_at IS NOT NULL)),
       CONSTRAINT slip_queue_hold CHECK (CASE WHEN hold THEN state IN (1, 3) ELSE state <> 3 END)
     ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.05,
             autovacuum_vacuum_cost_delay = 0)`,
    `CREATE INDEX slip_queue_ready ON slip_queue (target, lane, shard, seq) WHERE state = 0`,
    `CREATE INDEX slip_queue_delayed ON slip_queue (available_at) WHERE state = 2`,
    `CREATE TABLE slip_claim (
       token uuid PRIMARY KEY,
       worker uuid NOT NULL,
       pid integer NOT NULL,
       host varchar(255) NOT NULL,
       target varchar(32) COLLATE "C" NOT NULL,
       lane smallint NOT NULL,
       shard smallint NOT NULL,
       htids text[] NOT NULL,
       claimed_at timestamptz(6) NOT NULL,
       lease_until timestamptz(6) NOT NULL
     ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0)`,
    `CREATE INDEX slip_claim_lease ON slip_claim (lease_until)`,
    `CREATE TABLE slip_recheck (
       target varchar(32) COLLATE "C" NOT NULL,
       htid varchar(255) COLLATE "C" NOT NULL,
       asked smallint NOT NULL DEFAULT 0 CHECK (asked >= 0),
       due_at timestamptz(6) NOT NULL,
       PRIMARY KEY (target, htid)
     ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)`,
    `CREATE INDEX slip_recheck_due ON slip_recheck (due_at)`,
    `CREATE TABLE slip_lane (lane smallint PRIMARY KEY, name varchar(16) NOT NULL)`,
    `INSERT INTO slip_lane VALUES (0, 'alone'), (1, 'daily'), (2, 'ops'), (3, 'bulk')`,
    `CREATE TABLE slip_state (state smallint PRIMARY KEY, name varchar(16) NOT NULL)`,
    `INSERT INTO slip_state VALUES (0, 'ready'), (1, 'claimed'), (2, 'delayed'), (3, 'held')`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS slip_queue (
       target varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       htid varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (htid <> '' AND htid NOT REGEXP '[^!-~]'),
       seq bigint NOT NULL,
       lane smallint NOT NULL CHECK (lane BETWEEN 0 AND 3),
       state smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
       action varchar(6) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (action IN ('index', 'delete')),
       shard smallint NOT NULL DEFAULT 0 CHECK (shard >= 0),
       rev bigint NOT NULL CHECK (rev > 0),
       gen bigint NOT NULL DEFAULT 1 CHECK (gen > 0),
       claimed_rev bigint,
       claimed_gen bigint,
       fence bigint NOT NULL DEFAULT 0 CHECK (fence BETWEEN 0 AND 9007199254740991),
       claim_token char(36) CHARACTER SET ascii COLLATE ascii_bin,
       pid int,
       host varchar(255),
       attempts int NOT NULL DEFAULT 0 CHECK (attempts >= 0),
       strikes smallint NOT NULL DEFAULT 0 CHECK (strikes >= 0),
       refusals smallint NOT NULL DEFAULT 0 CHECK (refusals >= 0),
       failed_at datetime(6),
       unproven tinyint(1) NOT NULL DEFAULT 0,
       hold tinyint(1) NOT NULL DEFAULT 0,
       waive varchar(64) CHARACTER SET ascii COLLATE ascii_bin,
       available_at datetime(6),
       enqueued_at datetime(6) NOT NULL,
       reason varchar(32) NOT NULL,
       last_error varchar(1000),
       PRIMARY KEY (target, htid),
       KEY slip_queue_ready (state, target, lane, shard, seq),
       KEY slip_queue_delayed (state, available_at),
       CONSTRAINT slip_queue_claim CHECK (
         (state = 1) = (claim_token IS NOT NULL)
         AND (state = 1) = (claimed_rev IS NOT NULL)
         AND (state = 1) = (claimed_gen IS NOT NULL)
       ),
       CONSTRAINT slip_queue_delay CHECK ((state = 2) = (available_at IS NOT NULL)),
       CONSTRAINT slip_queue_hold CHECK ((hold AND state IN (1, 3)) OR (NOT hold AND state <> 3))
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_claim (
       token char(36) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
       worker char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       pid int NOT NULL,
       host varchar(255) NOT NULL,
       target varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       lane smallint NOT NULL,
       shard smallint NOT NULL,
       htids longtext NOT NULL,
       claimed_at datetime(6) NOT NULL,
       lease_until datetime(6) NOT NULL,
       KEY slip_claim_lease (lease_until)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_recheck (
       target varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       htid varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       asked smallint NOT NULL DEFAULT 0 CHECK (asked >= 0),
       due_at datetime(6) NOT NULL,
       PRIMARY KEY (target, htid),
       KEY slip_recheck_due (due_at)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_lane (lane smallint PRIMARY KEY, name varchar(16) NOT NULL) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `INSERT IGNORE INTO slip_lane VALUES (0, 'alone'), (1, 'daily'), (2, 'ops'), (3, 'bulk')`,
    `CREATE TABLE IF NOT EXISTS slip_state (state smallint PRIMARY KEY, name varchar(16) NOT NULL) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `INSERT IGNORE INTO slip_state VALUES (0, 'ready'), (1, 'claimed'), (2, 'delayed'), (3, 'held')`,
  ],
}
