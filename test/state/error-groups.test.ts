import { expect, test } from 'vitest'
import { patternOf } from '../../src/errors/pattern.ts'
import { countGroups, examplesOf } from '../../src/state/audit/error-groups.ts'
import { addSourceErrors } from '../../src/state/audit/source-errors.ts'
import { openForFile, state } from './opened.ts'

openForFile()

interface Given {
  target?: string
  code?: string
  message: string
  resolved?: boolean
}

let minute = 0
/** An error a minute later than the one before. */
async function error(htid: string, { target = 'main', code = 'PAGE_MISSING', message, resolved = false }: Given) {
  const time = `'2026-01-01 10:${String(minute++).padStart(2, '0')}:00'`
  await state.db.query(
    `INSERT INTO slip_errors (target, htid, stage, code, class, message, pattern, error_time, resolved_at, resolution)
     VALUES ('${target}', '${htid}', 'index', '${code}', 'item', '${message}', '${patternOf(message)}', ${time},
             ${resolved ? `${time}, 'fixed'` : 'NULL, NULL'})`,
  )
}

test('unresolved errors are counted by target, code and pattern, most first, with first, last and newest items', async () => {
  for (const page of [1, 2, 3, 4]) await error(`g.${page}`, { message: `page ${page} is not there` })
  await error('g.1', { message: 'page 1 is not there', target: 'other' })
  await error('g.5', { message: 'page 5 is not whole' })
  await error('g.6', { message: 'page 6 is not there', resolved: true })
  await error('g.7', { message: 'page 7 is not there', code: 'METS_MISSING' })
  await addSourceErrors(
    state.db,
    [{ source: 'marc', code: 'SOURCE_RECORD_INVALID', message: 'line 7 is no record', detail: '{}' }],
    'host-a',
  )
  const pattern = 'page … is not there'
  const groups = await countGroups(state.db, { all: false })
  expect(groups.map(({ first_time, last_time, ...group }) => group)).toEqual([
    { target: 'main', code: 'PAGE_MISSING', pattern, items: 4 },
    { target: null, code: 'SOURCE_RECORD_INVALID', pattern: 'line … is no record', items: 1 },
    { target: 'main', code: 'METS_MISSING', pattern, items: 1 },
    { target: 'main', code: 'PAGE_MISSING', pattern: 'page … is not whole', items: 1 },
    { target: 'other', code: 'PAGE_MISSING', pattern, items: 1 },
  ])
  expect(groups[0]?.first_time).toMatch(/^2026-01-01 10:00:00/)
  expect(groups[0]?.last_time).toMatch(/^2026-01-01 10:03:00/)
  const [first, ofSource] = groups
  expect(await examplesOf(state.db, { ...first, all: false }, 3)).toEqual(['g.4', 'g.3', 'g.2'])
  expect(await examplesOf(state.db, { ...ofSource, all: false }, 3)).toEqual(['marc'])
})

test('resolved ones are counted when they are asked for, and times, code, target and items select', async () => {
  const items = async (selection: object) =>
    (await countGroups(state.db, { all: false, ...selection })).reduce((sum, group) => sum + group.items, 0)
  const code = 'PAGE_MISSING'
  expect(await items({ code, all: true })).toBe((await items({ code })) + 1)
  expect(await items({ target: 'other' })).toBe(1)
  expect(await items({ target: null })).toBe(1)
  expect(await items({ code, since: '2026-01-01 10:01:00', until: '2026-01-01 10:03:00.000000' })).toBe(2)
  expect(await items({ htids: ['g.1', 'g.2', "g'%"] })).toBe(3)
  expect(await items({ htids: [] })).toBe(0)
})
