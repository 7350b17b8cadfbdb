import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { document } from '../../conformance/engine/documents.ts'
import { blocksOf } from '../../docs/blocks.ts'
import { done } from '../../services/solr/admin.ts'
import { privateSolr, type SolrInstance } from '../../services/solr/instance.ts'
import { layConfigsetOf, solrEngine } from './solr-engine.ts'

// the part of security.json that docs/engines.md gives

const userOf = (name: string) => ({ name, password: `of ${name}` })
let solr: SolrInstance
beforeAll(async () => {
  const [block] = blocksOf('json', ['docs/engines.md']).filter(({ text }) => text.includes('RuleBasedAuthorization'))
  const authorization = JSON.parse(block?.text ?? '')
  authorization['user-role'].daily = 'slip'
  solr = await privateSolr({ user: userOf('admin'), others: [userOf('slip'), userOf('daily')], authorization })
  await layConfigsetOf(solr, 'main')
}, 240_000)
afterAll(() => solr?.close())

/** Closed after the test. */
function openAs(name: string) {
  const url = Object.assign(new URL(solr.url), { username: '', password: '' }).href
  const { password } = userOf(name)
  const engine = solrEngine(url, 'main', { user: name, password })
  onTestFinished(() => engine.close())
  return engine
}

const urlOf = (name: string) =>
  Object.assign(new URL(solr.url), { username: name, password: encodeURIComponent(userOf(name).password) }).href

test('with both roles an index is made, compared, kept and set back', async () => {
  const engine = openAs('slip')
  await engine.create(2)
  expect((await engine.checkSchema(1)).differences).toEqual([])
  await engine.post(1, [document({ id: 'a.1', fence: 10 })])
  // the second after one that failed loads the core again
  await expect(engine.restore('none', 1, () => {})).rejects.toMatchObject({ code: 'SNAPSHOT_FAILED' })
  for (const name of ['one', 'two']) await engine.snapshot(name, 1, () => {})
  await engine.restore('one', 1, () => {})
})

test('with the first alone everything is done that is done every day, and no index is made', async () => {
  const engine = openAs('daily')
  await engine.health()
  expect(await engine.post(1, [document({ id: 'b.1', fence: 10 })])).toEqual([{ kind: 'done' }])
  const removals = [9, 11].map((fence) => ({ id: `b.${fence}`, rev: 1, fence }))
  expect(await engine.remove(1, removals)).toEqual(removals.map(() => ({ kind: 'done' })))
  for (const reach of ['visible', 'durable'] as const) await engine.commit(1, reach)
  expect(await engine.mark(1, null, 1_000)).toBe(true)
  expect(await engine.marker(1)).toBe(1_000)
  expect((await engine.get(1, ['b.1'])).length).toBe(1)
  expect((await engine.scan(1, 'b', 10)).map(({ id }) => id)).toEqual(['b.1'])
  expect((await engine.highestFence(1))?.fence).toBe(11)
  expect((await engine.size(1)).documents).toBe(await engine.count(1))
  expect(await engine.purgeTombstones(1, 20)).toBe(1)
  const pagesOf = async () => []
  await engine.search('whale', { limit: 1, pagesPerHit: 1, pagesOf })
  await expect(engine.create(3)).rejects.toThrow(/answered 403/)
})

test('neither reaches what is no index', async () => {
  for (const name of ['slip', 'daily'])
    await expect(done({ url: urlOf(name) }, 'GET /admin/authorization')).rejects.toThrow(/: 403 /)
  await done(solr, 'GET /admin/authorization')
})
