import { describe, expect, test } from 'vitest'
import { ByteSink } from '../../../src/indexer/text/byte-sink.ts'
import { type TextOptions, writePages } from '../../../src/indexer/text/pages.ts'

const plain: TextOptions = { emptyPageToken: null, dehyphenate: true }

function write(pages: string[], options = plain) {
  const sink = new ByteSink(0)
  sink.write('"')
  const written = writePages(
    pages.map((page) => Buffer.from(page, 'latin1')),
    sink,
    options,
  )
  const slices = written.pages.map(({ offset, length }) => sink.written(offset, offset + length).toString())
  return { ...written, slices, text: sink.written(1).toString() }
}

describe('the pages of a volume', () => {
  test('are kept apart by one space, and every page is a slice', () => {
    expect(write(['one\n', ' two', 'th"ree'])).toMatchObject({
      text: 'one two th\\"ree',
      slices: ['one', 'two', 'th\\"ree'],
      empty: 0,
    })
  })

  test('are never joined by a hyphen at the end of one', () => {
    expect(write(['com-\n', 'plete']).text).toBe('com- plete')
  })

  test('without text are counted and leave nothing', () => {
    expect(write(['', 'one', ' \n', '', 'two', ''])).toMatchObject({
      text: 'one two',
      slices: ['', 'one', '', '', 'two', ''],
      empty: 4,
    })
  })

  test('without text are marked by the empty page token, which is not their text', () => {
    const options = { ...plain, emptyPageToken: '__"EMPTY"__' }
    expect(write(['', 'one', '\n'], options)).toMatchObject({
      text: '__\\"EMPTY\\"__ one __\\"EMPTY\\"__',
      slices: ['', 'one', ''],
      empty: 2,
    })
  })

  test('may all be without text', () => {
    expect(write(['', '', ''])).toMatchObject({ text: '', slices: ['', '', ''], empty: 3 })
  })

  test('count what was no character over all of them', () => {
    expect(write(['a\xff\xff', 'b', '\xff'])).toMatchObject({ invalidBytes: 3, empty: 1 })
  })
})
