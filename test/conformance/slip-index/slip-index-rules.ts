import { globSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { applyTargets } from '../../../src/ctl/apply-targets.ts'
import { pagesOfHits } from '../../../src/ctl/hit-pages.ts'
import { markerChore } from '../../../src/daemon/chores/marker.ts'
import { EventBus } from '../../../src/events/bus.ts'
import { readProgress } from '../../../src/state/audit/progress.ts'
import { slipctl } from '../../ctl/slipctl.ts'
import { type Library, openLibrary, samples } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { doChore } from '../../state/do-chore.ts'

const expected = JSON.parse(readFileSync(join(samples, 'expected.json'), 'utf8'))

export interface IndexUnderTest {
  /** Has room for an index on a server, empty at first; what the configuration says of a target on it. */
  open(): Promise<Readonly<Record<string, unknown>>>
  /** The index of a shard is gone, as when its disk is. */
  lose(shard: number): Promise<void>
  close(): Promise<void>
}

/** What the daemons and slipctl do with an engine that keeps no text, whichever it is. */
export function slipIndexRules(name: string, tested: IndexUnderTest): void {
  describe(`slip-index on ${name}`, () => {
    let library: Library
    beforeAll(async () => {
      const main = { ...(await tested.open()), shards: 2, lease: '1m', overlap: '200s' }
      library = await openLibrary({ config: { targets: { main } } })
    }, 240_000)
    afterEach(endAll)
    afterAll(async () => {
      await library?.close()
      await tested.close()
    })

    const runStages = async () => {
      for (const stage of ['rights', 'enqueue', 'index'] as const)
        expect([stage, (await runOnce(stage, library.configFile)).code]).toEqual([stage, 0])
    }

    test('it keeps the index true, day by day, and when --once ends all of it is visible', async () => {
      library.lay('day-1')
      await runStages()
      const counts = await Promise.all([library.engine.count(1), library.engine.count(2)])
      const [ledger] = await library.state.db.query<{ count: number }>(
        `SELECT count(*) AS count FROM slip_indexed WHERE presence = 'indexed'`,
      )
      expect(counts[0] + counts[1]).toBe(ledger?.count)
      expect(await library.violations()).toEqual([])
      library.lay('day-2')
      await runStages()
      const { items, indexed, deleted, pages } = expected
      expect(await readProgress(library.state.db, 'main')).toMatchObject({ items, indexed, deleted, errors: 3, pages })
      expect(await library.violations()).toEqual([])
    })

    test('every search of the sample finds its volumes, with pages of the repository marked as the engine reads them', async () => {
      const options = { limit: 10, pagesPerHit: 3, pagesOf: pagesOfHits(library.config) }
      for (const { query: sample, hits } of expected.searches) {
        // to the ICU tokenizer l'équinoxe is one word
        const query = sample === 'équinoxe' ? "l'équinoxe" : sample
        const answer = await library.engine.search(query, options)
        expect([query, answer.total]).toEqual([query, hits])
        for (const { pages } of answer.hits) for (const { snippet } of pages) expect(snippet).toMatch(/<em>.+<\/em>/)
      }
    })

    test('a hit whose files are gone from the repository is shown without pages, and said', async () => {
      const [query] = expected.searches.map(({ query }: { query: string }) => query)
      const search = async () => {
        const { code, out, err } = await slipctl(['search', query, '--json', '--config', library.configFile])
        return { code, err, hits: JSON.parse(out).hits as { id: string; pages: unknown[] }[] }
      }
      const before = (await search()).hits
      const id = before.find(({ pages }) => pages.length > 0)?.id ?? ''
      expect(before.filter(({ pages }) => pages.length === 0)).toEqual([])
      const [folder] = globSync(`pairtree/**/${id.slice(id.indexOf('.') + 1)}`, { cwd: library.folder })
      renameSync(join(library.folder, folder as string), join(library.folder, 'away'))
      const { code, err, hits } = await search()
      renameSync(join(library.folder, 'away'), join(library.folder, folder as string))
      expect([code, err]).toEqual([0, expect.stringContaining(`the pages of ${id} cannot be shown: METS_MISSING: `)])
      expect(hits.filter(({ pages }) => pages.length === 0).map((hit) => hit.id)).toEqual([id])
    })

    test('where the repository is away the hits are shown without pages, and it is said once', async () => {
      const [query] = expected.searches.map(({ query }: { query: string }) => query)
      const search = (...more: string[]) => slipctl(['search', query, '--config', library.configFile, ...more])
      const [full, fullText] = [JSON.parse((await search('--json')).out), (await search('--pages', '0')).out]
      expect([full.hits.length > 1, 'pagesMissing' in full]).toEqual([true, false])
      renameSync(join(library.folder, 'pairtree'), join(library.folder, 'away'))
      const [text, json, unasked] = [await search(), await search('--json'), await search('--pages', '0')]
      renameSync(join(library.folder, 'away'), join(library.folder, 'pairtree'))
      const reason = expect.stringMatching(/^REPOSITORY_UNAVAILABLE: The repository root /)
      expect([text.code, text.out]).toEqual([0, fullText])
      expect(text.err).toMatch(
        /^the pages of \S+ and of all hits after it cannot be shown: REPOSITORY_UNAVAILABLE: .*\n$/,
      )
      const hits = full.hits.map((hit: object) => ({ ...hit, pages: [] }))
      expect([json.code, JSON.parse(json.out)]).toEqual([0, { ...full, hits, pagesMissing: reason }])
      expect(unasked).toEqual({ code: 0, out: fullText, err: '' })
    })

    test('a shard that is emptied is noticed by its marker, and gets again what it lost', async () => {
      const { db } = library.state
      const pair = { db, engine: library.engine, target: { name: 'main', shards: 2 } }
      for (const _ of ['said', 'sure']) await doChore(library.state.db, markerChore(pair, new EventBus()))
      // new items are drawn at random
      const lost = (await library.engine.count(1)) > 0 ? 1 : 2
      await tested.lose(lost)
      await applyTargets(library.config, library.state)
      expect(await library.violations()).not.toEqual([])
      // no slip-index has noticed yet: the repair compares by itself, a dry run too, which writes nothing down
      const repair = (...more: string[]) =>
        slipctl(['index', 'repair', 'main', '--config', library.configFile, ...more])
      const lacking = (done: string) => new RegExp(`^main/${lost}: \\d+ items? ${done}, everything\n$`)
      expect(await repair('--dry-run')).toMatchObject({
        code: 0,
        out: expect.stringMatching(lacking('would be requested')),
      })
      expect(await db.query(`SELECT DISTINCT state FROM slip_shard WHERE target = 'main'`)).toEqual([{ state: 'open' }])
      expect(await repair()).toMatchObject({ code: 0, out: expect.stringMatching(lacking('requested')) })
      await runStages()
      expect(await library.violations()).toEqual([])
    })
  })
}
