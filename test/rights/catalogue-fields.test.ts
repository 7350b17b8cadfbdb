import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { testSolr } from '../services/solr/own-things.ts'
import { catalogueWorld } from './catalogue-world.ts'
import { rightsOf, solrRecordOf } from './pass.ts'

const solr = await testSolr('solr')
afterAll(() => solr.drop())

/** A catalogue whose core lacks fields, as are left out of what it is given. */
async function worldWithout(...fields: readonly string[]) {
  const world = await catalogueWorld(solr, fields)
  onTestFinished(() => world.close())
  const add = (...records: readonly object[]) =>
    world.core.add(
      ...records.map((record) => Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name)))),
    )
  return { ...world, add }
}

const written = (record: object, day: string) => ({ ...record, time_of_index: `${day}T07:00:00Z` })
const first = [
  written(solrRecordOf('r1', ['a.1']), '2026-01-01'),
  written(solrRecordOf('r2', ['a.2'], 'A title', '20260110'), '2026-01-10'),
  written(solrRecordOf('r3', ['a.3']), '2026-01-01'),
]
const changed = written(solrRecordOf('r1', ['a.1', 'a.4'], 'A title', '20260110'), '2026-01-10')
const tombstone = (id: string, day = '2026-01-10') => written({ id, deleted: true }, day)

describe('a catalogue whose core has no field', () => {
  test('deleted is followed by the dates of its records', async () => {
    const { add, read, watermark, errors } = await worldWithout('deleted')
    await add(...first)
    expect(await read()).toMatchObject({ new: 3 })
    await add(changed)
    expect(await read()).toMatchObject({ seen: 2, new: 1, updated: 1, noop: 1, bad: 0 })
    expect([await watermark(), await errors()]).toEqual(['20260110', []])
  })

  test.each([[['time_of_index']], [['time_of_index', 'fullrecord']]])(
    '%s is followed by all of its tombstones',
    async (fields) => {
      const { add, read, library } = await worldWithout(...fields)
      await add(...first)
      await read()
      await add(changed, tombstone('r2'))
      expect(await read()).toMatchObject({ new: 1, withdrawn: 1 })
      expect(await rightsOf(library, 'a.2')).toMatchObject({ withdrawn: true })
      expect(await read()).toMatchObject({ new: 0, withdrawn: 0 })
    },
  )

  test('deleted nor time_of_index is followed by the dates of its records', async () => {
    const { add, read } = await worldWithout('deleted', 'time_of_index')
    await add(...first)
    await read()
    await add(changed)
    expect(await read()).toMatchObject({ new: 1, bad: 0 })
  })

  test('ht_id_update is followed by when its records were written', async () => {
    const { add, read } = await worldWithout('ht_id_update')
    await add(...first)
    await read()
    await add(changed, tombstone('r2'), written(solrRecordOf('r3', ['a.3'], 'Another'), '2026-01-01'))
    expect(await read()).toMatchObject({ seen: 2, new: 1, updated: 1, withdrawn: 1 })
    expect(await read({ all: true })).toMatchObject({ seen: 3, updated: 1, noop: 2 })
  })

  test.each([[['ht_id_update', 'time_of_index']], [['ht_id_update', 'time_of_index', 'deleted']]])(
    'of %s cannot be followed, and says so; read whole it can be',
    async (fields) => {
      const { add, read, watermark } = await worldWithout(...fields)
      await add(...first)
      expect(await read()).toMatchObject({ new: 3 })
      await expect(read()).rejects.toMatchObject({
        code: 'SOURCE_ANSWER_INVALID',
        class: 'environment',
        message: expect.stringContaining('neither a field ht_id_update nor time_of_index'),
      })
      expect(await watermark()).toBe('20260110')
      await add(changed)
      expect(await read({ all: true })).toMatchObject({ new: 1 })
    },
  )

  test('is asked anew in each pass what it has', async () => {
    const { add, read, proxy } = await worldWithout('deleted')
    await add(...first)
    await read()
    await read()
    const before = proxy.asked.length
    await read()
    const questions = proxy.asked.slice(before).map(({ body }) => new URLSearchParams(body.toString()).get('q'))
    expect(questions[0]).toContain('deleted:true')
    expect(questions.slice(1).every((question) => question === questions[1])).toBe(true)
    expect(questions[1]).not.toContain('deleted')
  })
})
