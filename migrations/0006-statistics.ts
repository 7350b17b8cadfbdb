import type { Migration } from './migration.ts'

/**
 * What happened, counted. Workers add up their own counters; the sampler alone rolls them up, takes the gauges and groups
 * the errors, so that no view has to count.
 */
export const statistics: Migration = {
  name: '0006-statistics',
  postgres: [
    `CREATE TABLE slip_worker_counter (
       worker uuid NOT NULL,
       target varchar(32) COLLATE "C" NOT NULL,
       name varchar(16) NOT NULL,
       value bigint NOT NULL CHECK (value >= 0),
       rolled bigint NOT NULL DEFAULT 0 CHECK (rolled >= 0),
       PRIMARY KEY (worker, target, name)
     ) WITH (fillfactor = 50)`,
    `CREATE TABLE slip_sample (
       target varchar(32) COLLATE "C" NOT NULL,
       metric varchar(32) NOT NULL,
       label varchar(64) NOT NULL,
       sampled_at timestamptz(6) NOT NULL,
       value double precision NOT NULL,
       PRIMARY KEY (target, metric, label, sampled_at)
     )`,
    `CREATE INDEX slip_sample_time ON slip_sample (sampled_at)`,
    `CREATE TABLE slip_daily_stats (
       day date NOT NULL,
       target varchar(32) COLLATE "C" NOT NULL,
       indexed bigint NOT NULL DEFAULT 0,
       deleted bigint NOT NULL DEFAULT 0,
       errors bigint NOT NULL DEFAULT 0,
       put_off bigint NOT NULL DEFAULT 0,
       returned bigint NOT NULL DEFAULT 0,
       fenced_out bigint NOT NULL DEFAULT 0,
       pages bigint NOT NULL DEFAULT 0,
       bytes bigint NOT NULL DEFAULT 0,
       PRIMARY KEY (day, target)
     )`,
    `CREATE TABLE slip_error_group (
       target varchar(32) COLLATE "C" NOT NULL,
       code varchar(64) NOT NULL,
       pattern varchar(255) NOT NULL,
       items bigint NOT NULL,
       first_time timestamptz(6) NOT NULL,
       last_time timestamptz(6) NOT NULL,
       examples varchar(1000) NOT NULL,
       sampled_at timestamptz(6) NOT NULL,
       PRIMARY KEY (target, code, pattern)
     )`,
  ],
  mysql: [
    `CREATE TABLE IF NOT EXISTS slip_worker_counter (
       worker char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       target varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       name varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       value bigint NOT NULL CHECK (value >= 0),
       rolled bigint NOT NULL DEFAULT 0 CHECK (rolled >= 0),
       PRIMARY KEY (worker, target, name)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_sample (
       target varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       metric varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       label varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       sampled_at datetime(6) NOT NULL,
       value double NOT NULL,
       PRIMARY KEY (target, metric, label, sampled_at),
       KEY slip_sample_time (sampled_at)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_daily_stats (
       day date NOT NULL,
       target varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       indexed bigint NOT NULL DEFAULT 0,
       deleted bigint NOT NULL DEFAULT 0,
       errors bigint NOT NULL DEFAULT 0,
       put_off bigint NOT NULL DEFAULT 0,
       returned bigint NOT NULL DEFAULT 0,
       fenced_out bigint NOT NULL DEFAULT 0,
       pages bigint NOT NULL DEFAULT 0,
       bytes bigint NOT NULL DEFAULT 0,
       PRIMARY KEY (day, target)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE IF NOT EXISTS slip_error_group (
       target varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       code varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
       pattern varchar(255) NOT NULL,
       items bigint NOT NULL,
       first_time datetime(6) NOT NULL,
       last_time datetime(6) NOT NULL,
       examples varchar(1000) NOT NULL,
       sampled_at datetime(6) NOT NULL,
       PRIMARY KEY (target, code, pattern)
     ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
}
