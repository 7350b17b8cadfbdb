import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attributeOf } from '../../../src/sources/rights-codes.ts'
import { RightsDb } from '../../../src/sources/rights-db/rights-db.ts'
import type { RightsEvent } from '../../../src/sources/source.ts'
import { type Foreign, openEmpty, settingsOf } from './foreign.ts'

const data = '../shared/data/rights-db/db-image'
const tables = ['rights_current', 'attributes', 'reasons', 'sources', 'access_profiles']

/** The statements that make and fill a table, without what locks it or names a database. */
function statementsOf(table: string): string[] {
  const all = readdirSync(data).map((name) => readFileSync(join(data, name), 'utf8'))
  const make = new RegExp(`^CREATE TABLE \`${table}\` [^;]*;`, 'gm')
  const fill = new RegExp(`^INSERT INTO \`${table}\` .*;$`, 'gm')
  return [make, fill].flatMap((statement) => all.flatMap((text) => text.match(statement) ?? []))
}

describe.skipIf(!existsSync(data))('the real schema and its rows (skipped when ../shared/data is absent)', () => {
  let foreign: Foreign
  beforeAll(async () => {
    foreign = await openEmpty('mariadb')
    for (const statement of tables.flatMap(statementsOf)) await foreign.run(statement)
  })
  afterAll(() => foreign.drop())

  test('are read by the defaults of the configuration, none is bad, and every attribute is what its item is called after', async () => {
    const rightsDb = new RightsDb(settingsOf(foreign.url))
    const events: RightsEvent[] = []
    for await (const page of rightsDb.feed(null)) events.push(...page.events)
    await rightsDb.close()
    const rows = events.filter((event) => event.kind === 'rights')
    expect([events.length, rows.length]).toEqual([56, 56])
    for (const { htid, attr, reason, source, accessProfile, rightsTime } of rows) {
      const [, code, profile] = /^test\.(.*)_(.*)$/.exec(htid) ?? []
      expect([htid, attr, accessProfile]).toEqual([htid, attributeOf(code ?? ''), profile])
      expect([reason, source, rightsTime]).toEqual(['bib', 'google', '2009-01-01 05:00:00'])
    }
  })
})
