import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type MembershipSettings, MembershipSource } from '../../../src/sources/memberships/membership-source.ts'
import { foreignServers } from '../rights-db/foreign.ts'
import { collectionsOf, type ForeignMemberships, holdingsOf, openMemberships } from './foreign.ts'
import { cuttableProxy } from './proxy.ts'

const tables = ['holdings_htitem_htmember', 'mb_coll_item', 'mb_collection']

describe.each(foreignServers)('holdings and collections on %s', (server) => {
  let foreign: ForeignMemberships
  beforeAll(async () => {
    foreign = await openMemberships(server)
  })
  afterAll(() => foreign.drop())
  beforeEach(async () => {
    for (const table of tables) await foreign.run(`DELETE FROM ${table}`)
  })
  const opened: MembershipSource[] = []
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
  })
  const open = (settings: MembershipSettings) => {
    const source = new MembershipSource('asked', settings)
    opened.push(source)
    return source
  }
  const holdings = (part: object = {}) => open({ ...holdingsOf(foreign.url), ...part })
  const collections = (part: object = {}) => open({ ...collectionsOf(foreign.url), ...part })
  const heldBy = async (source: MembershipSource, ...htids: string[]) =>
    [...(await source.lookup(htids))].map(([htid, { memberships }]) => [htid, memberships.heldBy?.join(' ')])
  const inCollections = async (source: MembershipSource, ...htids: string[]) =>
    [...(await source.lookup(htids))].map(([htid, { memberships }]) => [htid, memberships.collections])
  const renamed = async (table: string, from: string, to: string) => {
    const quote = server === 'mariadb' ? '`' : '"'
    await foreign.run(`ALTER TABLE ${table} RENAME COLUMN ${quote}${from}${quote} TO ${quote}${to}${quote}`)
  }

  test('each item that was asked for is answered, held or not, and no other', async () => {
    await foreign.hold('a.1', ['umn', 'uc'])
    await foreign.hold('a.2', ['umich'])
    await foreign.hold('a.x:/y.z', ['uc'])
    expect(await heldBy(holdings(), 'a.1', 'a.x:/y.z', 'a.3')).toEqual([
      ['a.1', 'uc umn'],
      ['a.x:/y.z', 'uc'],
      ['a.3', ''],
    ])
    expect(await heldBy(holdings())).toEqual([])
  })

  test('ids that differ by case are two items, whatever the database takes for equal', async () => {
    if (server === 'mariadb')
      await foreign.run('ALTER TABLE holdings_htitem_htmember MODIFY volume_id varchar(50) COLLATE utf8_bin NOT NULL')
    await foreign.hold('uc1.$b1', ['uc'])
    await foreign.hold('uc1.$B1', ['umn'])
    if (server === 'mariadb')
      await foreign.run(`ALTER TABLE holdings_htitem_htmember DROP PRIMARY KEY,
        MODIFY volume_id varchar(50) COLLATE utf8_general_ci NOT NULL`)
    expect(await heldBy(holdings(), 'uc1.$b1')).toEqual([['uc1.$b1', 'uc']])
    expect(await heldBy(holdings(), 'uc1.$B1', 'uc1.$b1')).toEqual([
      ['uc1.$B1', 'umn'],
      ['uc1.$b1', 'uc'],
    ])
    await foreign.run('DELETE FROM holdings_htitem_htmember')
    if (server === 'mariadb')
      await foreign.run('ALTER TABLE holdings_htitem_htmember ADD PRIMARY KEY (volume_id, member_id)')
  })

  test('an item is in the collections of more items than the limit alone', async () => {
    await foreign.collect(7, ['a.1', 'a.2'], 1_001)
    await foreign.collect(3, ['a.1'], 50_000)
    await foreign.collect(8, ['a.1', 'a.2', 'a.3'], 1_000)
    await foreign.run(`UPDATE mb_collection SET num_items = NULL WHERE num_items = 50000`)
    expect(await inCollections(collections(), 'a.1', 'a.2', 'a.3', 'a.4')).toEqual([
      ['a.1', [7]],
      ['a.2', [7]],
      ['a.3', [0]],
      ['a.4', [0]],
    ])
    expect(await inCollections(collections({ largerThan: 999 }), 'a.1')).toEqual([['a.1', [7, 8]]])
  })

  test('which collections are large is another set when one rises above the limit, or falls, and not when one grows', async () => {
    await foreign.collect(7, [], 2_000)
    await foreign.collect(8, [], 1_000)
    const source = collections()
    const before = await source.largeOnes()
    await foreign.run('UPDATE mb_collection SET num_items = num_items + 500 WHERE num_items = 2000')
    expect(await source.largeOnes()).toBe(before)
    await foreign.run('UPDATE mb_collection SET num_items = 1001 WHERE num_items = 1000')
    const both = await source.largeOnes()
    await foreign.run('UPDATE mb_collection SET num_items = 1 WHERE num_items = 2500')
    expect(new Set([before, both, await source.largeOnes()]).size).toBe(3)
  })

  test('tables and columns are called what the configuration says, any word; without a column of copies none is brittle', async () => {
    await foreign.hold('a.1', ['uc'], 2)
    await renamed('holdings_htitem_htmember', 'volume_id', 'order')
    await renamed('holdings_htitem_htmember', 'member_id', 'select')
    const columns = { item: 'order', member: 'select', access: 'none' }
    const said = (await holdings({ columns }).lookup(['a.1'])).get('a.1')
    expect(said?.memberships).toEqual({ heldBy: ['uc'], heldByBrlm: [] })
    await renamed('holdings_htitem_htmember', 'order', 'volume_id')
    await renamed('holdings_htitem_htmember', 'select', 'member_id')
    expect((await holdings().lookup(['a.1'])).get('a.1')?.memberships.heldByBrlm).toEqual(['uc'])
  })

  test('a row without a library is a problem of its item', async () => {
    await foreign.run('CREATE TABLE loose (volume_id varchar(50), member_id varchar(50), access_count int)')
    await foreign.run(`INSERT INTO loose VALUES ('a.1', NULL, 1), ('a.1', 'uc', 1), ('a.2', 'uc', 1)`)
    const found = await holdings({ table: 'loose' }).lookup(['a.1', 'a.2'])
    expect(found.get('a.1')?.problem).toBe('has nothing where the holding library should be')
    expect(found.get('a.2')?.problem).toBeNull()
    await foreign.run('DROP TABLE loose')
  })

  test('what is not as the configuration says is a fault of the surroundings, in the words of the server', async () => {
    for (const part of [
      { table: 'nowhere' },
      { user: 'nobody-known', password: 'wrong' },
      { url: foreign.url.replace(/:\d+\//, ':1/') },
    ])
      for (const source of [holdings(part), collections(part)])
        expect(await source.check().catch((error: unknown) => error)).toMatchObject({
          code: 'SOURCE_DB_UNAVAILABLE',
          class: 'environment',
          message: expect.stringMatching(new RegExp(`^The ${source.kind} database `)),
        })
  })

  test('a connection that broke is opened anew for the next question', async () => {
    await foreign.hold('a.1', ['uc'])
    const proxy = await cuttableProxy(foreign.url)
    const source = holdings({ url: proxy.url })
    await source.check()
    await proxy.cut()
    expect(await heldBy(source, 'a.1')).toEqual([['a.1', 'uc']])
    await proxy.close()
  })
})
