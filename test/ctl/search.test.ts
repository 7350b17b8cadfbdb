import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFirstDay } from '../daemon/first-day.ts'
import type { Library } from '../daemon/library.ts'
import { slipctl } from './slipctl.ts'

let library: Library
beforeAll(async () => {
  library = await openFirstDay()
})
afterAll(() => library.close())

const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])
const json = async (...args: string[]) => JSON.parse((await ctl(...args, '--json')).out)

test('search prints hits by page: plain elsewhere, bold on a terminal, marked in JSON', async () => {
  const plain = await ctl('search', 'heliotrope', '--limit', '2', '--pages', '1')
  expect(plain).toMatchObject({ code: 0, err: '' })
  expect(plain.out).toMatch(
    /^2 of \d items\n\n.* · .* · \d{4}\n {2}demo1\.\S+\n {2}page \S+ \(image \d+\): .*heliotrope/i,
  )
  expect(plain.out).not.toMatch(/<em>|\x1b/)
  const coloured = await slipctl(['search', 'heliotrope', '--config', library.configFile], {
    FORCE_COLOR: '1',
    NO_COLOR: undefined,
  })
  expect(coloured.out).toMatch(/\x1b\[1mheliotrope\x1b\[22m/i)
  const answer = await json('search', 'heliotrope')
  expect(answer).toMatchObject({ target: 'main', query: 'heliotrope' })
  expect(answer.hits[0].pages[0].snippet).toMatch(/<em>heliotrope<\/em>/i)
})

test('search looks in one field, and shows only what a filter lets through', async () => {
  const all = await json('search', 'heliotrope')
  const [{ id, title, author }] = all.hits
  const ids = ({ hits }: { hits: { id: string }[] }) => hits.map((hit) => hit.id)
  expect(ids(await json('search', `"${author}"`, '--field', 'author'))).toContain(id)
  expect(await json('search', `"${title}"`, '--field', 'author')).toMatchObject({ field: 'author', total: 0 })
  const filtered = await json('search', 'heliotrope', '--filter', `id:${id}`)
  expect(filtered).toMatchObject({ filters: [{ field: 'id', values: [id] }], total: 1, hits: [{ id }] })
  const other = all.hits[1].id
  expect(await json('search', '--filter', `id:${id}`, `id:${other}`)).toMatchObject({ query: '', total: 2 })
  expect(await json('search', '--filter', `id:${id}`, 'rights:8')).toMatchObject({ total: 0 })
})

test('search wants all words, takes phrases and excluded words in one quoted query, and no hit is no error', async () => {
  const all = await json('search', 'heliotrope')
  const [{ id, title }] = all.hits
  const phrase = await json('search', `"${title}"`)
  expect(phrase.hits.map((hit: { id: string }) => hit.id)).toContain(id)
  const reversed = `"${title.split(' ').toReversed().join(' ')}"`
  expect(await json('search', reversed)).toMatchObject({ query: reversed, total: 0 })
  const without = await json('search', `heliotrope -"${title}"`)
  expect(without.hits.map((hit: { id: string }) => hit.id)).not.toContain(id)
  expect(without.total).toBeGreaterThan(0)
  expect(await json('search', 'heliotrope', 'xylophagous')).toMatchObject({ query: 'heliotrope xylophagous', total: 0 })
  expect(await ctl('search', 'heliotrope', 'xylophagous')).toEqual({ code: 0, err: '', out: 'no hits\n' })
})
