import { afterEach, expect, test, vi } from 'vitest'
import type { Connection } from '../../src/state/connection.ts'
import { checkServer, refusalOf, serverOf, warningsOf } from '../../src/state/server-check.ts'
import { openState } from './fixture.ts'

const plain = { binlogFormat: null, galera: false, encoding: null }

test.each([
  ['postgres', '18.4', 'PostgreSQL', '18.4'],
  ['postgres', '16.4 (Debian 16.4-1.pgdg120+1)', 'PostgreSQL', '16.4'],
  ['postgres', '19beta1', 'PostgreSQL', '19'],
  ['mysql', '10.11.19-MariaDB-0+deb12u1', 'MariaDB', '10.11.19'],
  ['mysql', '5.5.5-10.6.12-MariaDB-log', 'MariaDB', '10.6.12'],
  ['mysql', '8.0.36-0ubuntu0.22.04.1', 'MySQL', '8.0.36'],
] as const)('a server of dialect %s that tells %s is %s %s', (dialect, told, product, version) => {
  expect(serverOf(dialect, told)).toEqual({ product, version })
})

test.each([
  ['PostgreSQL', '13.16', '14'],
  ['MariaDB', '10.5.28', '10.6'],
  ['MySQL', '8.0.15', '8.0.16'],
  ['MySQL', '5.7.44', '8.0.16'],
] as const)('%s %s is refused with the oldest that will do, %s', (product, version, oldest) => {
  expect(refusalOf({ product, version, ...plain })).toBe(
    `${product} ${version} is too old: ${oldest} or newer is needed`,
  )
})

test.each([
  ['PostgreSQL', '14.0'],
  ['MariaDB', '10.6.0'],
  ['MariaDB', '11.4.2'],
  ['MySQL', '8.0.16'],
  ['MySQL', '9.1.0'],
] as const)('%s %s will do', (product, version) => {
  expect(refusalOf({ product, version, ...plain, binlogFormat: 'ROW' })).toBeNull()
})

test('a PostgreSQL database in another encoding than UTF8 is refused, with what makes one', () => {
  const server = { product: 'PostgreSQL', version: '16.4', ...plain } as const
  expect(refusalOf({ ...server, encoding: 'SQL_ASCII' })).toMatch(
    /^the database is in SQL_ASCII .* createdb --encoding UTF8/,
  )
  expect(refusalOf({ ...server, encoding: 'UTF8' })).toBeNull()
})

test('a binary log of statements is refused, a node of Galera is only warned of', () => {
  const server = { product: 'MariaDB', version: '10.11.19', galera: true, encoding: null } as const
  expect(refusalOf({ ...server, binlogFormat: 'STATEMENT' })).toMatch(/^binlog_format is STATEMENT: set it to ROW/)
  expect(refusalOf({ ...server, binlogFormat: 'MIXED' })).toBeNull()
  expect(warningsOf({ ...server, binlogFormat: 'MIXED' })).toEqual([
    expect.stringMatching(/^wsrep_on is ON, and SLIP was never tested on Galera/),
  ])
})

test.each([
  [{ log_bin: 'ON', wsrep_on: 'OFF' }, 'SERVER_UNSUPPORTED'],
  [{ log_bin: 'OFF', wsrep_on: 'ON' }, 'SERVER_UNSUPPORTED'],
  [{ log_bin: 'OFF', wsrep_on: 'OFF' }, 'accepted'],
  [{ log_bin: 'OFF' }, 'accepted'],
])('statements in a log that is not written are no obstacle: %j', async (values, outcome) => {
  vi.stubEnv('SLIP_TEST_ANY_SERVER', '')
  const all = { version: '10.11.19-MariaDB', binlog_format: 'STATEMENT', ...values }
  const server: Pick<Connection, 'dialect' | 'query'> = {
    dialect: 'mysql',
    query: async () => Object.entries(all).map(([Variable_name, Value]) => ({ Variable_name, Value })) as never,
  }
  const ended = await checkServer(server).then(
    () => 'accepted',
    (error) => error.code,
  )
  expect(ended).toBe(outcome)
})

afterEach(() => vi.unstubAllEnvs())

test('an old server ends with SERVER_UNSUPPORTED, unless a test says that any server will do', async () => {
  const old: Pick<Connection, 'dialect' | 'query'> = {
    dialect: 'postgres',
    query: async () => [{ version: '9.6.24', encoding: 'UTF8' }] as never,
  }
  vi.stubEnv('SLIP_TEST_ANY_SERVER', '')
  await expect(checkServer(old)).rejects.toMatchObject({
    code: 'SERVER_UNSUPPORTED',
    class: 'usage',
    message: 'PostgreSQL 9.6.24 is too old: 14 or newer is needed',
  })
  vi.stubEnv('SLIP_TEST_ANY_SERVER', '1')
  expect(await checkServer(old)).toEqual([])
})

test('the server of this run is asked and will do, without a warning', async () => {
  const state = await openState()
  expect(await checkServer(state.db)).toEqual([])
  await state.close()
})
