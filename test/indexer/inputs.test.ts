import { expect, test } from 'vitest'
import { differingInputs, type Inputs, inputsFingerprint } from '../../src/indexer/inputs.ts'

const whole: Inputs = {
  files: 'aaaaaaaa.bbbbbbbb',
  recordDigest: '0'.repeat(32),
  attr: 1,
  digests: { holdings: '1'.repeat(32), collections: '2'.repeat(32) },
}

test('the fingerprint of the inputs has a part for each, and tells which of them is another', () => {
  const print = inputsFingerprint(whole)
  expect(print).toMatch(/^aaaaaaaa\.bbbbbbbb(\.[\w-]{8}){4}$/)
  const changes: [string[], Partial<Inputs>][] = [
    [['METS'], { files: 'cccccccc.bbbbbbbb' }],
    [['pages'], { files: 'aaaaaaaa.' }],
    [['record'], { recordDigest: '3'.repeat(32) }],
    [['rights'], { attr: 2 }],
    [['holdings'], { digests: { ...whole.digests, holdings: null } }],
    [['collections'], { digests: { holdings: whole.digests.holdings ?? null } }],
    [['record', 'rights'], { recordDigest: null, attr: null }],
    [[], {}],
  ]
  for (const [differ, change] of changes)
    expect(differingInputs(print, inputsFingerprint({ ...whole, ...change }))).toEqual(differ)
})
