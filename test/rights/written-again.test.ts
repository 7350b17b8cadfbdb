import { expect, test } from 'vitest'
import { isWrittenAgain, type Seen } from '../../src/rights/written-again.ts'

const [now, old] = ['new.new', 'old.old']
const from = (files: string | null) => ({ inputs: files === null ? null : `${files}.record.rights..`, isNever: false })
const never = { inputs: null, isNever: true }

const cases: readonly [string, boolean, Partial<Seen>][] = [
  ['files that are as last seen', false, { known: now, indexed: [from(old)] }],
  ['files that are not as last seen', true, { known: old, indexed: [from(old)] }],
  ['files that are not as last seen, of an item no target knows', true, { known: old }],
  ['files that one of two targets has not read', true, { known: old, indexed: [from(now), from(old)] }],
  ['files that all targets have read', false, { known: old, indexed: [from(now), from(now)] }],
  ['files that all targets have read, and are listed', false, { indexed: [from(now)], isListed: true }],
  ['files that came where none were', true, { known: '.', indexed: [never] }],
  ['files looked at for the first time, of an item no target knows', false, {}],
  ['the same, listed', true, { isListed: true }],
  ['files looked at for the first time, replaced since they were indexed', true, { indexed: [from(old)] }],
  ['files looked at for the first time, of an item that was never indexed', true, { indexed: [never] }],
  ['files looked at for the first time, of which no fingerprint was kept', false, { indexed: [from(null)] }],
]

test.each(cases)('%s: written again %s', (_, expected, seen) => {
  expect(isWrittenAgain({ now, known: null, indexed: [], isListed: false, ...seen })).toBe(expected)
})
