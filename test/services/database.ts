import { databasesOf } from './databases.ts'
import { newName } from './own-names.ts'
import type { DatabaseServer } from './server.ts'
import { urlOf } from './server-url.ts'

export interface TestDatabase {
  /** postgres:// or mysql:// with user and password. */
  readonly url: string
  /** Removes the database, whoever is connected. */
  drop(): Promise<void>
}

/**
 * An empty database of its own on a server of this test run. Call it once per test file, at its top or in beforeAll, and
 * `drop` in afterAll.
 * @throws like urlOf
 */
export async function testDatabase(server: DatabaseServer = 'postgres'): Promise<TestDatabase> {
  const admin = await urlOf(server)
  const databases = await databasesOf(server)
  const name = newName()
  await databases.create(admin, name)
  const url = new URL(admin)
  url.pathname = name
  return { url: url.href, drop: () => databases.drop(admin, name) }
}
