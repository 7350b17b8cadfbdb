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
       paused_by varchar(255) NOT NULL DEFAULT '',
       reason varchar(1000) NOT NULL DEFAULT '',
       PRIMARY KEY (scope, name)
     )`,
  ],
}
