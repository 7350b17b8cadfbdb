import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { patternOf } from '../../src/errors/pattern.ts'

describe('what differs between items is left out, the words of the fault stay', () => {
  test.each([
    [
      '3 of 20 page files are not in the zip; the first is 00000012.',
      '… of … page files are not in the zip; the first is ….',
    ],
    ['record 001234 is not in the catalogue', 'record … is not in the catalogue'],
    ['no source says what rights uc1.$b12345 has', 'no source says what rights … has'],
    ['no catalogue record names loc.ark:/13960/t05x2fk69', 'no catalogue record names …'],
    ["ENOENT: no such file or directory, open '/sdr1/obj/x y.zip'", 'ENOENT: no such file or directory, open …'],
    ["The item's file isn't 12ms old", "The item's file isn't … old"],
    ['The id "mdp.a\\"b" is not an item id.', 'The id … is not an item id.'],
    ['The engine at https://solr-1:8983/solr?x=1 says «no»', 'The engine at … says …'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED …'],
    ['missing pages 1, 2, 7 and 12', 'missing pages …'],
    ['java.lang.NullPointerException at deadbeefcafe', 'java.lang.NullPointerException at …'],
    ['i/o error in /mnt/a/b (read), mail a@b', 'i/o error in … (read), mail …'],
    ['a cut message says "half of', 'a cut message says …'],
    ['', ''],
  ])('%s', (message, pattern) => expect(patternOf(message)).toBe(pattern))
})

const word = fc.stringMatching(/^[a-z]{1,7}$/)
const itemId = fc.stringMatching(/^[a-z]{2,4}\d?\.[$a-z0-9_/:-]{2,30}\d$/)
const values = fc.oneof(
  itemId,
  fc.integer().map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.uuid(),
  fc.webUrl().map((url) => url.replace(/['()]/g, '').replace(/[,;:.!]+$/, '')),
  fc.string().map((text) => JSON.stringify(text)),
  fc.stringMatching(/^'[^']{0,30}'$/),
  fc.stringMatching(/^\/[a-z]{1,9}(\/[a-z0-9.]{0,8}[a-z0-9]){1,5}$/),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
)

test('messages that differ in such values alone have one pattern', () => {
  fc.assert(
    fc.property(word, word, word, values, values, values, values, (a, b, c, ...[v, w, x, y]) => {
      const message = (one: string, other: string) => `${a} ${one} ${b}: ${c} (${other}).`
      expect(patternOf(message(v, w))).toBe(patternOf(message(x, y)))
    }),
  )
})

test('messages that differ in a word have two', () => {
  fc.assert(
    fc.property(word, word, values, (a, b, v) => {
      fc.pre(a !== b)
      expect(patternOf(`page ${v} is ${a}`)).not.toBe(patternOf(`page ${v} is ${b}`))
    }),
  )
})

test('whatever the message, the pattern fits the column of both databases', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc
      .array(fc.constantFrom('\ud83d', '\udc00', '\0', '\n', 'é', 'e\u0301', "'", '"', '\\', '😀'), { maxLength: 600 })
      .map((all) => all.join('')),
    fc.string({ unit: fc.constantFrom('a', '😀'), minLength: 250, maxLength: 260 }),
  )
  fc.assert(
    fc.property(text, (message) => {
      const pattern = patternOf(message)
      expect(pattern.length).toBeLessThanOrEqual(255)
      expect(pattern.isWellFormed()).toBe(true)
      expect(pattern).not.toMatch(/\p{Cc}|^\s|\s$/u)
    }),
  )
})

test('a message of megabytes costs no more than its first characters', () => {
  for (const part of ['"', "' ", '\\"', 'a.', '/', '«', '… ', '1 and '])
    expect(patternOf(part.repeat(1_000_000)).length).toBeLessThanOrEqual(255)
})
