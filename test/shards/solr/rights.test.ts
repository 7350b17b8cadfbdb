import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { document } from '../../conformance/engine/documents.ts'
import { workADay } from '../../conformance/engine/every-day.ts'
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
  await workADay(engine, 2)
  expect((await engine.size(2)).documents).toBe(1)
  const pagesOf = async () => []
  await engine.search('whale', { limit: 1, pagesPerHit: 1, pagesOf })
  await expect(engine.create(3)).rejects.toThrow(/answered 403/)
})

test('neither reaches what is no index', async () => {
  for (const name of ['slip', 'daily'])
    await expect(done({ url: urlOf(name) }, 'GET /admin/authorization')).rejects.toThrow(/: 403 /)
  await done(solr, 'GET /admin/authorization')
})
