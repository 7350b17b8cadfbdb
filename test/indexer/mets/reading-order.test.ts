import { describe, expect, test } from 'vitest'
import { featuresOf, unionOfFeatures } from '../../../src/indexer/mets/features.ts'
import { readingOrderOf } from '../../../src/indexer/mets/reading-order.ts'

const nothing = { readingOrder: null, scanningOrder: null, coverTag: null }
/** Eight pages with features at some positions, from 1. */
const volume = (at: Record<number, string>) =>
  Array.from({ length: 8 }, (_, index) => ({ features: at[index + 1]?.split(' ') ?? [] }))

describe('reading order', () => {
  test.each([
    ['is left to right when nothing is known', volume({}), 'left-to-right'],
    [
      'is right to left when the first page is the back cover and the title lies in the last quarter',
      volume({ 1: 'X BACK_COVER', 6: 'TITLE' }),
      'right-to-left',
    ],
    ['counts the contents like the title', volume({ 1: 'BACK_COVER', 8: 'TABLE_OF_CONTENTS' }), 'right-to-left'],
    [
      'counts the first chapter like the title',
      volume({ 1: 'BACK_COVER', 7: 'FIRST_CONTENT_CHAPTER_START' }),
      'right-to-left',
    ],
    [
      'is left to right when the title lies before the last quarter',
      volume({ 1: 'BACK_COVER', 5: 'TITLE' }),
      'left-to-right',
    ],
    [
      'is left to right when the back cover is not the first page',
      volume({ 2: 'BACK_COVER', 8: 'TITLE' }),
      'left-to-right',
    ],
    [
      'is left to right when only another chapter starts late',
      volume({ 1: 'BACK_COVER', 8: 'CHAPTER_START' }),
      'left-to-right',
    ],
  ])('%s', (_, pages, readingOrder) => {
    const expected = { readingOrder, scanningOrder: 'left-to-right', coverTag: 'follow-reading-order' }
    expect(readingOrderOf(nothing, pages)).toEqual(expected)
    expect(readingOrderOf({ ...nothing, readingOrder: 'unknown' }, pages)).toEqual(expected)
  })

  test('is what the gbs block says, verbatim, against every sign of the pages', () => {
    const gbs = { readingOrder: 'left-to-right', scanningOrder: 'unknown', coverTag: 'follows-reading-order' }
    expect(readingOrderOf(gbs, volume({ 1: 'BACK_COVER', 8: 'TITLE' }))).toEqual(gbs)
  })
})

describe('page features', () => {
  test.each([
    [null, []],
    ['', []],
    [', COVER', ['COVER']],
    ['RIGHT,COVER', ['RIGHT', 'COVER']],
    ['A,  B ,', ['A', 'B']],
  ])('of label %j are %j', (label, features) => {
    expect(featuresOf(label)).toEqual(features)
  })

  test('of a volume are each named once, in order of appearance', () => {
    expect(unionOfFeatures([{ features: ['B', 'A'] }, { features: [] }, { features: ['A', 'C'] }])).toEqual([
      'B',
      'A',
      'C',
    ])
  })
})
