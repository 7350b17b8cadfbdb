import { copyFileSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { SlipError } from '../../../src/errors/slip-error.ts'
import { readMets } from '../../../src/indexer/mets/read-mets.ts'
import { pagesOf } from '../../../src/indexer/page-text/formats.ts'
import { openFolder } from '../../../src/repository/directory-volume.ts'
import { openZip } from '../../../src/repository/item-files.ts'
import { closeFile } from '../../../src/repository/open-file.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import { openPairtreeVolume } from '../../../src/repository/pairtree-volume.ts'
import type { VolumeSource } from '../../../src/repository/repository.ts'
import { zipList } from '../../../src/repository/zip-pages.ts'
import { openZipVolume } from '../../../src/repository/zip-volume.ts'
import { temporaryFolder } from '../../repository/volume-folder.ts'
import { assembleVolume } from './dialects/assembled.ts'
import { otherMets } from './dialects/mets-of.ts'
import { metsOf } from './mets-file.ts'

const data = '../shared/data'
const pairtree = `${data}/volumes/sdr1/obj`

test.skipIf(!existsSync(data))(
  'every METS file, zip without METS and hOCR file at hand assembles, or ends in the code it deserves (skipped when ../shared/data is absent)',
  async () => {
    const rows: string[] = []
    for await (const htid of openPairtree({ root: pairtree }).walk()) {
      rows.push(await row(htid, () => openPairtree({ root: pairtree }).open(htid)))
    }
    for (const path of metsFiles()) {
      rows.push(await row(path.slice(data.length + 1), () => openFolder(data, dirname(path), basename(path))))
    }
    for (const path of globSync(`${data}/{zip-only,broken}/*.zip`)) rows.push(...(await zipRows(path)))
    for (const path of globSync(`${data}/hocr/**/*.{hocr,html,html.gz}`)) rows.push(await hocrRow(path))
    const head = [
      'METS file, or what there is without one',
      'dialect',
      'pages',
      'read',
      'empty',
      'words, or the code it ends in',
    ]
    const table = [head, head.map(() => '---')].map((cells) => `| ${cells.join(' | ')} |`)
    await expect(`${[...table, ...rows.sort()].join('\n')}\n`).toMatchFileSnapshot('every-mets.md')
  },
)

/** Every file with a physical or logical structMap, and those that stand for METS in other libraries; volumes apart. */
function metsFiles(): string[] {
  const files = globSync(`${data}/{mets-only,broken,mets-alto}/**/*.xml`)
  return files.filter((path) => /<(?:\w+:)?structMap[\s>]|<(?:\w+:)?DIDL[\s>]/.test(readFileSync(path, 'latin1')))
}

/** A zip as it is, where an item is one zip; and beside a METS file that has the text files in it for pages. */
async function zipRows(path: string): Promise<string[]> {
  const name = path.slice(data.length + 1)
  const files = await listed(path)
  const texts = new Set(files.filter((file) => file.endsWith('.txt')).map((file) => basename(file)))
  const pages = [...texts].sort().map((file, index) => ({ order: index + 1, file }))
  const object = files[0]?.includes('/') ? files[0].split('/', 1)[0]! : 'item'
  const root = temporaryFolder()
  copyFileSync(path, join(root, `${object}.zip`))
  writeFileSync(
    join(root, `${object}.mets.xml`),
    metsOf({ pages: pages.length > 0 ? pages : [{ order: 1, file: '1.txt' }] }),
  )
  return [
    await row(`${name}, alone`, () => openZipVolume(data, path, object)),
    await row(`${name}, METS made for it`, () => openPairtreeVolume(root, { namespace: 'test', folder: '.', object })),
  ]
}

/** The files in a zip; none of one that cannot be read, as is told in its row. */
async function listed(path: string): Promise<string[]> {
  const zip = (await openZip(data, path))!
  try {
    return zipList(zip, '')
  } catch (error) {
    if (!(error instanceof SlipError)) throw error
    return []
  } finally {
    closeFile(zip)
  }
}

/** An hOCR file under a METS file that has as many pages in it as there are. */
async function hocrRow(path: string): Promise<string> {
  const bytes = path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)
  const file = basename(path, '.gz')
  const divided = pagesOf(bytes, { file, mime: null, format: null }, new Set(), { dehyphenate: true })
  const pages = Array.from({ length: divided?.texts.length ?? 1 }, () => ({ files: { FULLTEXT: file } }))
  const folder = temporaryFolder()
  writeFileSync(join(folder, file), bytes)
  writeFileSync(join(folder, 'mets.xml'), otherMets(pages))
  return row(`${path.slice(data.length + 1)}, METS made for it`, () => openFolder(folder, folder, 'mets.xml'))
}

async function row(name: string, open: () => Promise<VolumeSource>): Promise<string> {
  let dialect = ''
  try {
    const volume = await open()
    dialect = dialectOf(volume.mets)
    const { counts, document } = await assembleVolume(volume)
    const words = document.ocr.match(/\S+/g)?.length ?? 0
    return `| ${name} | ${dialect} | ${counts.expected} | ${counts.read} | ${counts.empty} | ${words} words |`
  } catch (error) {
    if (!(error instanceof SlipError)) throw error
    return `| ${name} | ${dialect} | | | | ${error.code}: ${error.message.split('\n')[0]} |`
  }
}

function dialectOf(mets: Buffer): string {
  try {
    return readMets(mets).dialect
  } catch {
    return ''
  }
}
