import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { arrayText } from '../../../src/state/postgres-array.ts'
import { openState, type State } from '../fixture.ts'

let state: State
beforeAll(async () => {
  state = await openState()
})
afterAll(() => state.close())

test('what is plain is written as it is, all else in quotes', () => {
  expect(arrayText(['a.b:/c-1', '', null, 'NULL', 'a b', '{,}', '"\\', 5, true, undefined])).toBe(
    '{a.b:/c-1,"",NULL,"NULL","a b","{,}","\\"\\\\",5,true,NULL}',
  )
  expect(arrayText([])).toBe('{}')
  expect(
    arrayText([
      ['a', 'b c'],
      ['d', null],
    ]),
  ).toBe('{{a,"b c"},{d,NULL}}')
})

test('texts come back as they were, whatever they hold', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('null', 'NULL', ' ', '', '\\', '"', '\n', '{}', ','),
  )
  const storable = text.map((each) => each.replaceAll('\0', '').toWellFormed())
  const texts = fc.sample(fc.array(fc.option(storable), { maxLength: 20 }), 300)
  for (const sent of texts) {
    const [row] = await state.db.query<{ got: (string | null)[] }>('SELECT $1::text[] AS got', [sent])
    expect(row?.got).toEqual(sent)
  }
})
