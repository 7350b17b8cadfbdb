import { afterAll, beforeAll, expect, test } from 'vitest'
import { withClient } from '../../src/embedded-postgres/database.ts'
import { schemaDescription, schemaDigest } from '../../src/shards/schema/description.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { slipctl } from './slipctl.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library?.close())

const check = (...args: string[]) => slipctl(['index', 'schema-check', '--config', library.configFile, ...args])
const sql = (statement: string) => {
  const target = library.config.targets.main
  const [url = ''] = target?.engine === 'embedded' ? (target.urls ?? []) : []
  return withClient(url, (client) => client.query(`SET search_path = index_main; ${statement}`))
}
const place = (shard: number) => `schema index_main, shard ${shard}`
const schema = schemaDigest(schemaDescription)

test('every shard of an index that is as the schema says is told so, with 0', async () => {
  expect(await check()).toEqual({
    code: 0,
    out: [1, 2].map((shard) => `main/${shard} ${place(shard)}: as the schema says\n`).join(''),
    err: '',
  })
  const { code, out } = await check('--target', 'main', '--json')
  const shards = [1, 2].map((shard) => ({ shard, place: place(shard), differences: [] }))
  const targets = [{ target: 'main', engine: 'embedded', shards }]
  expect([code, JSON.parse(out)]).toEqual([0, { schema, equal: true, needs: 'nothing', targets }])
})

test('what is more is told, and is no difference to a script', async () => {
  await sql('ALTER TABLE page ADD COLUMN own text')
  const { code, out } = await check()
  expect(code).toBe(0)
  expect(out.split('\n').slice(0, 2)).toEqual([
    `main/1 ${place(1)}: 1 difference`,
    '  table page, own: text; should be: absent (harmless)',
  ])
})

test('what needs a reload or a rebuild ends with 3, and says what is to be done for the worst of it', async () => {
  await sql('DROP INDEX page_words')
  const reload = await check()
  expect([reload.code, reload.out]).toEqual([
    3,
    expect.stringMatching(
      / {2}index page_words: missing; should be: .* \(needs a reload\)\n.*\n.*\n.*\nWhat needs a reload /,
    ),
  ])
  await sql('ALTER TABLE document ALTER COLUMN rev TYPE integer')
  const rebuild = await check()
  expect([rebuild.code, rebuild.out]).toEqual([3, expect.stringMatching(/\nWhat needs a rebuild .*\n$/)])
  const { code, out } = await check('--json')
  const { equal, needs, targets } = JSON.parse(out)
  expect([code, equal, needs]).toEqual([3, false, 'rebuild'])
  expect(targets[0].shards[1].differences).toContainEqual({
    what: 'table document, rev',
    is: 'integer NOT NULL',
    shouldBe: 'bigint NOT NULL',
    needs: 'rebuild',
  })
})

test('a shard that is away ends with 7, and the others are compared all the same', async () => {
  await sql('DROP TABLE page_1')
  const { code, out } = await check('--json')
  const { equal, targets } = JSON.parse(out)
  expect([code, equal]).toEqual([7, false])
  expect(targets[0].shards).toMatchObject([
    { shard: 1, error: { code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('targets apply makes it') } },
    { shard: 2, place: place(2) },
  ])
  expect((await check()).out).toMatch(/^main\/1: ENGINE_UNAVAILABLE: .*\nmain\/2 /)
})

test('a target that the configuration does not name is refused', async () => {
  expect(await check('--target', 'other')).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no target other'),
  })
})
