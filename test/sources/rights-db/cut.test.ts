import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { RightsDb, type RightsPage } from '../../../src/sources/rights-db/rights-db.ts'
import { pageSize } from '../../../src/sources/rights-db/statements.ts'
import { type Break, cuttableProxy } from '../memberships/proxy.ts'
import { type Foreign, foreignServers, openForeign, settingsOf } from './foreign.ts'

const away = { code: 'SOURCE_DB_UNAVAILABLE', class: 'environment' }
const rows = 2 * pageSize + 1

/** In the greeting, in what is asked before the rows, and among these. */
const places = [1, 60, 300, 1_000, 2_000, 10_000, 40_000, 90_000]
const breaks = (['reset', 'end'] as const).flatMap((by) => places.map((bytes): Break => ({ bytes, by })))

describe.each(foreignServers)('a connection to a rights database on %s that is cut', (server) => {
  let foreign: Foreign
  beforeAll(async () => {
    foreign = await openForeign(server)
    const values = Array.from({ length: rows }, (_, at) => {
      const second = String(at % 60).padStart(2, '0')
      return `('a', '${at}', 1, 1, 1, 1, '2009-01-01 05:00:${second}')`
    })
    await foreign.run(
      `INSERT INTO rights_current (namespace, id, attr, reason, source, access_profile, time) VALUES ${values.join(', ')}`,
    )
  })
  afterAll(() => foreign.drop())

  /** Puts what is read there until it is whole, or throws; answers from where to read on. */
  async function follow(url: string, from: string | null, found: Set<string>, onPage?: () => Promise<unknown>) {
    const rightsDb = new RightsDb(settingsOf(url))
    onTestFinished(() => rightsDb.close())
    const pages: RightsPage[] = []
    const whole = (async () => {
      for await (const page of rightsDb.feed(from)) {
        pages.push(page)
        for (const event of page.events) if (event.kind === 'rights') found.add(event.htid)
        await onPage?.()
      }
    })()
    const thrown = await whole.then(
      () => null,
      (error: unknown) => error,
    )
    return { thrown, watermark: pages.at(-1)?.watermark ?? from, pages: pages.length }
  }

  test.each(breaks)(
    'by $by after $bytes bytes is a fault of the surroundings, and reading goes on where it was',
    async (breaking) => {
      const proxy = await cuttableProxy(foreign.url, breaking)
      onTestFinished(() => proxy.close())
      const found = new Set<string>()
      const { thrown, watermark } = await follow(proxy.url, null, found)
      expect(thrown).toMatchObject(away)
      expect(found.size).toBeLessThan(rows)
      expect((await follow(foreign.url, watermark, found)).thrown).toBeNull()
      expect(found.size).toBe(rows)
    },
  )

  test('between two statements is one too', async () => {
    const proxy = await cuttableProxy(foreign.url)
    onTestFinished(() => proxy.close())
    const { thrown, pages } = await follow(proxy.url, null, new Set(), () => proxy.cut())
    expect(thrown).toMatchObject(away)
    expect(pages).toBe(1)
  })

  test('by the server is one too', async () => {
    const end =
      server === 'postgres'
        ? `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slip-rights'
             AND datname = current_database()`
        : `BEGIN NOT ATOMIC
             FOR one IN (SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID())
             DO KILL one.id; END FOR;
           END`
    const { thrown, pages } = await follow(foreign.url, null, new Set(), () => foreign.run(end))
    expect(thrown).toMatchObject(away)
    expect(pages).toBe(1)
  })
})
