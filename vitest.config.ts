import { defineConfig } from 'vitest/config'
import { TotalsReporter } from './test/run/totals-reporter.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/services/global-setup.ts'],
    runner: './test/run/absent-server-runner.ts',
    reporters: ['default', new TotalsReporter()],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 40_000,
  },
})
