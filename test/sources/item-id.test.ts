import { expect, test } from 'vitest'
import { parseItemId } from '../../src/sources/item-id.ts'

test('an id is namespace.object; the namespace is made lower case, the object is kept', () => {
  for (const id of [
    'demo1.39015',
    'uc1.$b396528',
    'demo2.ark:/13960/t5v69h717',
    'uma.ark:/13960/t9.b.c',
    `a.${'x'.repeat(253)}`,
  ]) {
    expect(parseItemId(id)).toEqual({ htid: id })
  }
  expect(parseItemId('UC1.$B3')).toEqual({ htid: 'uc1.$B3' })
})

test('what is no id is refused with the rule', () => {
  for (const id of [
    '',
    'nodot',
    '.x',
    'demo1.',
    'demo1.a b',
    'demo1.a\n',
    'demo1.é',
    '../etc.x',
    'a/b.c',
    `a.${'x'.repeat(254)}`,
  ]) {
    expect(() => parseItemId(id), id).toThrow(
      expect.objectContaining({ code: 'ITEM_ID_INVALID', message: expect.stringContaining('1 to 255') }),
    )
  }
})
