import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/run/longest-first.ts'
import { TotalsReporter } from './test/run/totals-reporter.ts'

/** What takes minutes, for it kills a server over and over. */
const soak = process.env.SLIP_TEST_SOAK === '1' ? [] : ['test/**/*.soak.test.ts']

export default defineConfig({
  test: {
    globalSetup: ['test/services/global-setup.ts'],
    runner: './test/run/absent-server-runner.ts',
    reporters: ['default', new TotalsReporter()],
    pool: 'forks',
    // one more than CI has cores: a test also waits, for a process or a lock
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 40_000,
    // everything on PostgreSQL, and the state machine and its daemons on MariaDB as well
    projects: [
      {
        extends: true,
        test: { name: 'postgres', include: ['test/**/*.test.ts'], exclude: soak, provide: { stateServer: 'postgres' } },
      },
      {
        extends: true,
        test: {
          name: 'mariadb',
          include: ['test/{state,rights,enqueue,daemon}/*.test.ts', 'test/docs/sql.test.ts'],
          provide: { stateServer: 'mariadb' },
        },
      },
    ],
  },
})
