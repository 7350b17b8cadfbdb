import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/run/longest-first.ts'
import { TotalsReporter } from './test/run/totals-reporter.ts'

const isSoak = process.env.SLIP_TEST_SOAK === '1'

/** What takes minutes: it kills a server over and over, starts each kind of server in each of its ways, or copies indexes. */
const soak = isSoak
  ? []
  : [
      'test/**/*.soak.test.ts',
      'test/services/{opensearch,solr}.test.ts',
      'test/conformance/snapshots/opensearch.test.ts',
      'test/conformance/slip-index/{full-disk,killers,own-opensearch}.test.ts',
      'test/daemon/json-times.test.ts',
    ]

/** What is seen here is the work of engines, files, processes and foreign servers: on MariaDB it is for the soak. */
const soakOnMariadb = isSoak
  ? []
  : [
      'test/daemon/{along,document-limits,full-shards,killers,own-work,parcels,pipeline,silent-target,slow-target}.test.ts',
      'test/daemon/{ingested,verify-inputs,waiting}.test.ts',
      'test/daemon/{faults,faults-breakers,faults-guards,faults-storm,sample-library,schema,suspects}.test.ts',
      'test/daemon/{hosts,memberships,pause,restore}.test.ts',
      'test/rights/{bad-files,catalogue,catalogue-faults,catalogue-records,catalogue-solr,force,rights-db}.test.ts',
    ]

export default defineConfig({
  test: {
    globalSetup: ['test/services/global-setup.ts'],
    runner: './test/run/absent-server-runner.ts',
    reporters: ['default', new TotalsReporter()],
    pool: 'forks',
    // A file in a process of its own costs half a second of a core, and there are hundreds.
    isolate: false,
    // one more than CI has cores: a test also waits, for a process or a lock
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // for what hangs; no test is told by how long it takes, and on two cores the servers of all start beside the first
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 40_000,
    // everything on PostgreSQL, and the state machine and what daemons do to it on MariaDB as well
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
          exclude: [...soak, ...soakOnMariadb],
          provide: { stateServer: 'mariadb' },
        },
      },
    ],
  },
})
