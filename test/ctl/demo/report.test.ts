import { expect, test } from 'vitest'
import { resultLines } from '../../../src/ctl/demo/report.ts'
import type { DemoResult } from '../../../src/ctl/demo/run.ts'

const progress = {
  items: 9,
  indexed: 5,
  deleted: 0,
  errors: 4,
  pages: 2326,
  bytes: 1,
  ready: 0,
  claimed: 0,
  delayed: 0,
}
const result: DemoResult = { finished: true, progress, leftOut: 0, answers: [], search: null, seconds: 1.5 }

test('an answer of many rows is cut after twenty, and says how many there are more', () => {
  const rows = Array.from({ length: 200_000 }, (_, number) => ({ number }))
  const lines = resultLines(
    { ...result, answers: [{ title: 'what went wrong', sql: 'SELECT 1', rows }] },
    false,
    'slip.yaml',
  )
  expect(lines.filter((line) => line.startsWith('  → ')).length).toBe(20)
  expect(lines.at(-1)).toBe('  … and 199980 more')
})

test('an answer without rows says none', () => {
  const lines = resultLines(
    { ...result, answers: [{ title: 'what went wrong', sql: 'SELECT 1', rows: [] }] },
    false,
    'slip.yaml',
  )
  expect(lines.slice(-3)).toEqual(['what went wrong', '  SELECT 1', '  → none'])
})

test('a demo that was stopped claims no rest and answers nothing', () => {
  const answers = [{ title: 'what went wrong', sql: 'SELECT 1', rows: [] }]
  expect(resultLines({ ...result, finished: false, answers }, false, 'slip.yaml')).toEqual([
    'stopped after 1.5 s, before it was at rest: 9 items, 5 indexed (2326 pages), 0 absent, 4 errors',
    'the same command without --fresh goes on',
  ])
})

test('what there is one of is told in the singular', () => {
  const one = { ...progress, items: 1, indexed: 0, errors: 1, pages: 1 }
  expect(resultLines({ ...result, progress: one, leftOut: 1 }, false, 'slip.yaml').slice(0, 2)).toEqual([
    'at rest after 1.5 s: 1 item, 0 indexed (1 page), 0 absent, 1 error',
    'not in the repository, and so out of scope: 1 item of the catalogue',
  ])
})

test('what to do about an error names the item, and works as it is printed', () => {
  const rows = ['a.1', 'a.2'].map((htid) => ({ htid, code: 'METS_MISSING' }))
  const lines = resultLines(
    { ...result, answers: [{ title: 'what went wrong', sql: 'SELECT 1', rows }] },
    false,
    'slip.yaml',
  )
  expect(lines.slice(-2)).toEqual([
    'what to do about them',
    expect.stringMatching(
      /^ {2}METS_MISSING: Restore the METS file, then: .* --config slip\.yaml errors retry --id a\.1$/,
    ),
  ])
})
