import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openRepository, type RepositoryKind } from '../../../src/repository/open-repository.ts'
import { putItem } from '../../repository/put-item.ts'
import { temporaryFolder } from '../../repository/volume-folder.ts'
import { zipOf } from '../../repository/zip-writer.ts'
import { assembleVolume } from '../mets/dialects/assembled.ts'
import { otherMets } from '../mets/dialects/mets-of.ts'

const files: Readonly<Record<string, string>> = {
  'alto/1.xml':
    '<alto><TextLine><String CONTENT="Al"/><HYP CONTENT="-"/></TextLine><TextLine><String CONTENT="to"/></TextLine></alto>',
  'page/2.xml':
    '<PcGts><Page><TextRegion id="r"><TextLine><TextEquiv><Unicode>Pa-</Unicode></TextEquiv></TextLine><TextLine><TextEquiv><Unicode>ge &quot;2&quot;</Unicode></TextEquiv></TextLine></TextRegion></Page></PcGts>',
  'hocr/3.html':
    '<html><body><span class="ocr_line"><span class="ocrx_word">h&shy;</span></span><span class="ocr_line"><span class="ocrx_word">ocr</span></span></body></html>',
  'txt/4.txt': 'plain\n<text>',
  'txt/5.txt': '',
}
const mets = otherMets([
  ...Object.keys(files).map((name) => ({ files: { MAX: 'https://example.org/1.jpg', FULLTEXT: name } })),
  { files: { MAX: 'https://example.org/6.jpg' } },
])

const stores: Readonly<Record<RepositoryKind, (root: string) => void>> = {
  pairtree: (root) =>
    void putItem(root, 'test.1', {
      mets,
      zip: zipOf(Object.entries(files).map(([path, data]) => ({ path: `1/${path}`, data }))),
    }),
  directory(root) {
    for (const [path, data] of Object.entries({ ...files, 'mets.xml': mets })) {
      mkdirSync(dirname(join(root, 'test/1', path)), { recursive: true })
      writeFileSync(join(root, 'test/1', path), data)
    }
  },
  zip(root) {
    mkdirSync(join(root, 'test'))
    const all = Object.entries({ ...files, 'mets.xml': mets })
    writeFileSync(join(root, 'test/1.zip'), zipOf(all.map(([path, data]) => ({ path, data }))))
  },
}

async function assembledFrom(kind: RepositoryKind) {
  const root = temporaryFolder()
  stores[kind](root)
  return assembleVolume(await openRepository({ kind, root }).open('test.1'))
}

test('a volume may have pages of every format, and is the same document from every kind of repository', async () => {
  const { pages, counts, document } = await assembledFrom('pairtree')
  expect(pages.map(({ text }) => text)).toEqual(['Alto', 'Page "2"', 'hocr', 'plain <text>', '', ''])
  expect(counts).toMatchObject({ expected: 6, read: 5, empty: 2, invalidBytes: 0 })
  expect(document.ocr).toBe('Alto Page "2" hocr plain <text>')
  for (const kind of ['directory', 'zip'] as const) expect((await assembledFrom(kind)).document).toEqual(document)
})
