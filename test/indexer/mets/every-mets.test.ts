import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'
import { SlipError } from '../../../src/errors/slip-error.ts'
import { readMets } from '../../../src/indexer/mets/read-mets.ts'
import { openFolder } from '../../../src/repository/directory-volume.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import type { VolumeSource } from '../../../src/repository/repository.ts'
import { assembleVolume } from './dialects/assembled.ts'

const data = '../shared/data'
const pairtree = `${data}/volumes/sdr1/obj`

test.skipIf(!existsSync(data))(
  'every METS file at hand assembles, or ends in the code it deserves (skipped when ../shared/data is absent)',
  async () => {
    const rows: string[] = []
    for await (const htid of openPairtree({ root: pairtree }).walk()) {
      rows.push(await row(htid, () => openPairtree({ root: pairtree }).open(htid)))
    }
    for (const path of metsFiles()) {
      rows.push(await row(path.slice(data.length + 1), () => openFolder(data, dirname(path), basename(path))))
    }
    const head = ['METS file', 'dialect', 'pages', 'read', 'empty', 'words, or the code it ends in']
    const table = [head, head.map(() => '---')].map((cells) => `| ${cells.join(' | ')} |`)
    await expect(`${[...table, ...rows.sort()].join('\n')}\n`).toMatchFileSnapshot('every-mets.md')
  },
)

/** Every file with a physical or logical structMap, and those that stand for METS in other libraries; volumes apart. */
function metsFiles(): string[] {
  const files = globSync(`${data}/{mets-only,broken,mets-alto}/**/*.xml`)
  return files.filter((path) => /<(?:\w+:)?structMap[\s>]|<(?:\w+:)?DIDL[\s>]/.test(readFileSync(path, 'latin1')))
}

async function row(name: string, open: () => Promise<VolumeSource>): Promise<string> {
  const volume = await open()
  const dialect = dialectOf(volume.mets)
  try {
    const { counts, document } = await assembleVolume(volume)
    const words = document.ocr.split(/\s+/).length
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
