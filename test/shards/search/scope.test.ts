import { expect, test } from 'vitest'
import { queryIn } from '../../../src/shards/search/scope.ts'

const wanted = (text: string, field?: string) =>
  queryIn(text, field === undefined ? {} : { field }).wanted.map((phrase) => phrase.text)

test.each([
  ['a number', 'lccn', ' LCCN: 85-2 ', ['LCCN: 85-2']],
  ['a call number', 'callnumber', 'QA 76.73 .J38', ['QA 76.73 .J38']],
  ['an exact value', 'language', 'Greek, Modern', ['Greek, Modern']],
  ['words, in a field of words', 'title', 'moby dick', ['moby', 'dick']],
  ['words, in the text', 'ocr', 'moby dick', ['moby', 'dick']],
  ['words, where no field is named', undefined, 'LCCN: 85-2', ['LCCN:', '85-2']],
  ['what is in quotation marks by itself', 'language', '"Greek, Modern" English', ['Greek, Modern', 'English']],
  ['what is not to be left out', 'language', 'Greek -English', ['Greek']],
  ['nothing, where there is no word', 'isbn', ' ??? ', []],
])('what is typed is read as the field is: %s', (_, field, text, expected) => {
  expect(wanted(text, field)).toEqual(expected)
})
