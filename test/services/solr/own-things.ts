import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Leftovers } from '../leftovers.ts'
import { newName } from '../own-names.ts'
import { urlOf } from '../server-url.ts'
import { done, systemOf } from './admin.ts'

export interface TestSolr {
  /** Ends with /solr. */
  readonly url: string
  /**
   * Begins the name of every core, collection, alias and configset of the test file, behind the `slip-` of configsets that
   * SLIP makes.
   */
  readonly prefix: string
  /** Removes those whose names begin so. */
  drop(): Promise<void>
}

/**
 * Room for cores or collections of its own on a server of this test run. Call it once per test file, at its top or in
 * beforeAll, and `drop` in afterAll.
 * @throws like urlOf
 */
export async function testSolr(server: 'solr' | 'solrcloud'): Promise<TestSolr> {
  const url = await urlOf(server)
  const prefix = newName()
  return { url, prefix, drop: () => dropAll(url, prefix) }
}

export const solrThings: Leftovers = {
  async unused(admin) {
    const named = await Promise.all((await kindsOn(admin)).map((kind) => namesOf(kind, 'test_')))
    return [...new Set(named.flat().map(ownName))]
  },
  drop: dropAll,
}

async function dropAll(url: string, prefix: string): Promise<void> {
  for (const kind of await kindsOn(url)) for (const name of await namesOf(kind, prefix)) await kind.remove(name)
}

/** One kind of what tests make on a server. */
interface Kind {
  list(): Promise<string[]>
  remove(name: string): Promise<unknown>
}

const namesOf = async (kind: Kind, prefix: string) =>
  (await kind.list()).filter((name) => ownName(name).startsWith(prefix))

const ownName = (name: string) => name.replace(/^slip-/, '')

/** In the order in which they can be removed. */
async function kindsOn(url: string): Promise<Kind[]> {
  const { isCloud, configsets } = await systemOf({ url })
  const get = (path: string) => done({ url }, `GET /admin/${path}`)
  if (isCloud) {
    return [
      {
        list: async () => Object.keys((await get('collections?action=LISTALIASES')).aliases),
        remove: (name) => get(`collections?action=DELETEALIAS&name=${name}`),
      },
      {
        list: async () => (await get('collections?action=LIST')).collections,
        remove: (name) => get(`collections?action=DELETE&name=${name}`),
      },
      {
        list: async () => (await get('configs?action=LIST')).configSets,
        remove: (name) => get(`configs?action=DELETE&name=${name}`),
      },
    ]
  }
  return [
    {
      list: async () => Object.keys((await get('cores?action=STATUS&indexInfo=false')).status),
      remove: (name) => get(`cores?action=UNLOAD&core=${name}&deleteInstanceDir=true`),
    },
    {
      list: async () => (existsSync(configsets) ? readdirSync(configsets) : []),
      remove: async (name) => rmSync(join(configsets, name), { recursive: true }),
    },
  ]
}
