import { expect, test } from 'vitest'
import { listErrors } from '../../src/state/audit/errors.ts'
import { requestPage } from '../../src/state/queue/request-page.ts'
import { change, later } from './fixture.ts'
import { openForFile, state } from './opened.ts'

openForFile()

const five = ['p.1', 'p.2', 'p.3', 'p.4', 'p.5']

test('requests by page reach every item with rights once, whether the last page is full or not', async () => {
  await change(state.db, five)
  for (const size of [2, 5]) {
    await state.db.query('DELETE FROM slip_queue')
    const pages: number[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page = { after, size }
      const done: { items: number; after: string | null } = await state.db.transaction((tx) =>
        requestPage(tx, ['main'], page, { lane: 'bulk', reason: 'test' }),
      )
      pages.push(done.items)
      after = done.after
    }
    expect(pages).toEqual(size === 2 ? [2, 2, 1] : [5, 0])
    const rows = await state.db.query('SELECT htid, gen FROM slip_queue ORDER BY htid')
    expect(rows).toEqual(five.map((htid) => ({ htid, gen: 1 })))
  }
})

test('errors by page are all of them, newest first, none twice', async () => {
  await state.db.query(
    `INSERT INTO slip_errors (target, htid, stage, code, class, message, error_time)
     VALUES ${five.map((id) => `('main', '${id}', 'index', 'METS_MISSING', 'item', 'gone', ${later(state.db, 0)})`)}`,
  )
  const seen: number[] = []
  for (;;) {
    const page = await listErrors(state.db, { all: false }, { before: seen.at(-1), limit: 2 })
    seen.push(...page.map(({ id }) => id))
    if (page.length < 2) break
  }
  expect(seen).toHaveLength(five.length)
  expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => b - a))
})
