import { ask } from '../ask.ts'
import type { Leftovers } from '../leftovers.ts'
import { newName } from '../own-names.ts'
import { urlOf } from '../server-url.ts'
import type { SearchServer } from './releases.ts'

export interface TestIndices {
  readonly url: string
  /** Begins the name of every index and alias of the test file. */
  readonly prefix: string
  /** Removes the indices whose names begin so. */
  drop(): Promise<void>
}

/**
 * Room for indices of its own on a server of this test run. Call it once per test file, at its top or in beforeAll, and
 * `drop` in afterAll.
 * @throws like urlOf
 */
export async function testIndices(server: SearchServer): Promise<TestIndices> {
  const url = await urlOf(server)
  const prefix = newName()
  return { url, prefix, drop: () => dropAll(url, prefix) }
}

export const openSearchIndices: Leftovers = {
  unused: (admin) => named(admin, 'test_'),
  drop: dropAll,
}

async function dropAll(url: string, prefix: string): Promise<void> {
  for (const name of await named(url, prefix)) await ask(url, `DELETE /${name}?ignore_unavailable=true`)
}

async function named(url: string, prefix: string): Promise<string[]> {
  const { json } = await ask(url, `GET /_cat/indices/${prefix}*?format=json&h=index&expand_wildcards=all`)
  return (json as { index: string }[]).map(({ index }) => index)
}
