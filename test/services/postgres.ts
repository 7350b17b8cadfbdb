import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import { withClient } from '../../src/embedded-postgres/database.ts'

export interface TestDatabase {
  readonly url: string
  /** Removes the database, whoever is connected. */
  drop(): Promise<void>
}

let made = 0

/**
 * An empty database of its own on the PostgreSQL of this test run; the first call of a run starts the server. Call it
 * once per test file, at its top or in beforeAll, and `drop` in afterAll.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const admin = await clusterUrl()
  const name = `test_${process.pid}_${++made}_${Date.now()}`
  await withClient(admin, (client) => client.query(`CREATE DATABASE ${name}`))
  const url = new URL(admin)
  url.pathname = name
  return {
    url: url.href,
    drop: () =>
      withClient(admin, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      }),
  }
}

async function clusterUrl(): Promise<string> {
  const socket = connect(inject('postgresPort'), '127.0.0.1')
  await once(socket, 'connect')
  const answer: { url?: string; error?: string } = JSON.parse(await text(socket))
  if (answer.url === undefined) throw new Error(answer.error)
  return answer.url
}
