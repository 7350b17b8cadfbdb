import type { Migration } from './migration.ts'

/** How far each stage has read, who works, who does which chore, and what is paused. */
export const control: Migration = {
  name: '0004-control',
  postgres: [
    `CREATE TABLE slip_watermark (
       stage varchar(16) NOT NULL,
       name varchar(255) COLLATE "C" NOT NULL,
       value text NOT NULL,
       cycle_at timestamptz(6),
       updated_at timestamptz(6) NOT NULL,
       PRIMARY KEY (stage, name)
     )`,
    `CREATE TABLE slip_watermark_history (
       id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       stage varchar(16) NOT NULL,
       name varchar(255) COLLATE "C" NOT NULL,
       value text NOT NULL,
       moved_by varchar(8) NOT NULL CHECK (moved_by IN ('pass', 'set', 'restore')),
       person varchar(255),
       reason varchar(1000),
       moved_at timestamptz(6) NOT NULL
     )`,
    `CREATE INDEX slip_watermark_history_name ON slip_watermark_history (stage, name, moved_at)`,
    `CREATE INDEX slip_watermark_history_moved ON slip_watermark_history (moved_at)`,
    `CREATE TABLE slip_worker (
       token uuid PRIMARY KEY,
       stage varchar(16) NOT NULL,
       host varchar(255) NOT NULL,
       pid integer NOT NULL,
       boot_id varchar(64) NOT NULL,
       started_at timestamptz(6) NOT NULL,
       heartbeat_at timestamptz(6) NOT NULL,
       expired_at timestamptz(6),
       code_version varchar(32) NOT NULL,
       control_seen timestamptz(6)
     ) WITH (fillfactor = 50)`,
    `CREATE TABLE slip_duty (
       name varchar(64) PRIMARY KEY,
       token uuid NOT NULL,
       until timestamptz(6) NOT NULL
     ) WITH (fillfactor = 50)`,
    `CREATE TABLE slip_control (
       scope varchar(16) NOT NULL CHECK (scope IN ('all', 'stage', 'target', 'shard', 'lane', 'host')),
       name varchar(255) NOT NULL DEFAULT '',
       paused_at timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
       until timestamptz(6),
       drain boolean NOT NULL DEFAULT false,
       paused_by varchar(255) NOT NULL DEFAULT '',
       reason varchar(1000) NOT NULL DEFAULT '',
       PRIMARY KEY (scope, name)
     )`,
    `CREATE TABLE slip_breaker (
       kind varchar(8) NOT NULL CHECK (kind IN ('target', 'shard', 'source', 'mount')),
       name varchar(255) COLLATE "C" NOT NULL,
       failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
       reason varchar(1000) NOT NULL DEFAULT '',
       since timestamptz(6) NOT NULL,
       next_probe timestamptz(6) NOT NULL,
       PRIMARY KEY (kind, name)
     ) WITH (fillfactor = 50)`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS slip_watermark (
       stage varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       name varchar(255) NOT NULL,
       value text NOT NULL,
       cycle_at datetime(6),
       updated_at datetime(6) NOT NULL,
       PRIMARY KEY (stage, name)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_watermark_history (
       id bigint AUTO_INCREMENT PRIMARY KEY,
       stage varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       name varchar(255) NOT NULL,
       value text NOT NULL,
       moved_by varchar(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (moved_by IN ('pass', 'set', 'restore')),
       person varchar(255),
       reason varchar(1000),
       moved_at datetime(6) NOT NULL,
       KEY slip_watermark_history_name (stage, name, moved_at),
       KEY slip_watermark_history_moved (moved_at)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_worker (
       token char(36) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
       stage varchar(16) NOT NULL,
       host varchar(255) NOT NULL,
       pid int NOT NULL,
       boot_id varchar(64) NOT NULL,
       started_at datetime(6) NOT NULL,
       heartbeat_at datetime(6) NOT NULL,
       expired_at datetime(6),
       code_version varchar(32) NOT NULL,
       control_seen datetime(6)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_duty (
       name varchar(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
       token char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       until datetime(6) NOT NULL
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_control (
       scope varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (scope IN ('all', 'stage', 'target', 'shard', 'lane', 'host')),
       name varchar(255) NOT NULL DEFAULT '',
       paused_at datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
       until datetime(6),
       drain tinyint(1) NOT NULL DEFAULT 0,
       paused_by varchar(255) NOT NULL DEFAULT '',
       reason varchar(1000) NOT NULL DEFAULT '',
       PRIMARY KEY (scope, name)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_breaker (
       kind varchar(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (kind IN ('target', 'shard', 'source', 'mount')),
       name varchar(255) NOT NULL,
       failures int NOT NULL DEFAULT 0 CHECK (failures >= 0),
       reason varchar(1000) NOT NULL DEFAULT '',
       since datetime(6) NOT NULL,
       next_probe datetime(6) NOT NULL,
       PRIMARY KEY (kind, name)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
}
