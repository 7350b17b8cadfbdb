import type { Migration } from './migration.ts'

/** Why a shard was full or closed before it was set back: what it says again once it is adopted and repaired. */
export const shardReason: Migration = {
  name: '0008-shard-reason',
  postgres: ['ALTER TABLE slip_shard ADD COLUMN reason_before varchar(1000)'],
  mysql: [
    {
      unless: `
        SELECT 1 FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'slip_shard' AND column_name = 'reason_before'`,
      sql: 'ALTER TABLE slip_shard ADD COLUMN reason_before varchar(1000)',
    },
  ],
}
