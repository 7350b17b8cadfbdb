import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import { databasesOf, newName } from './databases.ts'
import type { Answer } from './offer.ts'
import { ServerAbsent, type ServerName } from './server.ts'

export interface TestDatabase {
  /** postgres:// or mysql:// with user and password. */
  readonly url: string
  /** Removes the database, whoever is connected. */
  drop(): Promise<void>
}

/**
 * An empty database of its own on a server of this test run, in UTF-8; the first call of a run for a server starts it.
 * Call it once per test file, at its top or in beforeAll, and `drop` in afterAll.
 *
 * @throws ServerAbsent when the server cannot be had: the file, or the suite of the beforeAll, is then skipped with the
 * reason. In CI (CI=true) an Error, which is a failure.
 */
export async function testDatabase(server: ServerName = 'postgres'): Promise<TestDatabase> {
  const admin = await urlOf(server)
  const databases = await databasesOf(server)
  const name = newName()
  await databases.create(admin, name)
  const url = new URL(admin)
  url.pathname = name
  return { url: url.href, drop: () => databases.drop(admin, name) }
}

async function urlOf(server: ServerName): Promise<string> {
  const socket = connect(inject('serversPort'), '127.0.0.1')
  await once(socket, 'connect')
  socket.end(server)
  const answer: Answer = JSON.parse(await text(socket))
  if ('url' in answer) return answer.url
  if (process.env.CI === 'true') throw new Error(answer.absent)
  throw new ServerAbsent(answer.absent)
}
