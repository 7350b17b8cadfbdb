import type { Migration } from './migration.ts'

/** For people with a SQL prompt; docs/sql.md explains each. */
export const views: Migration = { name: '0007-views', postgres: [], mysql: [] }
