import { expect, onTestFinished, test } from 'vitest'
import { assemble } from '../../../src/indexer/assemble/assemble.ts'
import { pageTexts } from '../../../src/indexer/assemble/volume-text.ts'
import { assemblyInput } from './volume.ts'

test('the pages read again are those of the document that have text', async () => {
  const text = { emptyPageToken: '__EMPTYOCR__', dehyphenate: true }
  const input = await assemblyInput({ pages: ['One com-\nplete "page" \ud83d\ude00', '', 'three \\ 三'], text })
  onTestFinished(() => input.volume.close())
  const { json, pages } = await assemble(input)
  const inDocument = pages
    .filter(({ length }) => length > 0)
    .map(({ order, label, offset, length }) => ({
      order,
      label,
      text: JSON.parse(`"${json.toString('utf8', offset, offset + length)}"`),
    }))
  expect(inDocument.map(({ text }) => text)).toEqual(['One complete "page" 😀', 'three \\ 三'])
  expect(await pageTexts(input.volume, text)).toEqual(inDocument)
})

test('a page of HathiTrust that is an image is PAGE_FORMAT_UNKNOWN: its bytes are no words', async () => {
  for (const checksums of ['off', 'size'] as const) {
    const pages = ['one', Buffer.from('\xff\xd8\xff\xe0', 'latin1')]
    const input = await assemblyInput({
      pages,
      mets: {
        pages: [
          { order: 1, file: '1.txt', stated: '' },
          { order: 2, file: '2.txt', stated: '' },
        ],
      },
    })
    onTestFinished(() => input.volume.close())
    await expect(assemble({ ...input, checksums })).rejects.toMatchObject({
      code: 'PAGE_FORMAT_UNKNOWN',
      place: { file: '2.txt', kind: 'JPEG' },
    })
  }
})

test('a page that is not there is none: the item was indexed without it', async () => {
  const input = await assemblyInput({ pages: [null, 'two'] })
  onTestFinished(() => input.volume.close())
  const pages = await pageTexts(input.volume, input.text)
  expect(pages.map(({ order, text }) => [order, text])).toEqual([[2, 'two']])
})
