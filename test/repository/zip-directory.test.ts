import { closeSync, existsSync, globSync, openSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Entry, fromBuffer, openPromise, type ZipFile } from 'yauzl'
import { visitZipDirectory } from '../../src/repository/zip-directory.ts'
import { temporaryFolder } from './volume-folder.ts'
import { type Packed, zipOf } from './zip-writer.ts'

const data = join(import.meta.dirname, '../../../shared/data')

/** What a reader finds in the directory, an entry a line; null when it refuses it. */
type Found = string[] | null

function ours(path: string): Found {
  const found: string[] = []
  const fd = openSync(path, 'r')
  try {
    visitZipDirectory({ path, fd, size: statSync(path).size, modified: '' }, (entry) => {
      const { offset, compressedSize, size, method, crc32, encrypted } = entry
      found.push([entry.path, offset, compressedSize, size, method, crc32, encrypted].join(' '))
    })
    return found
  } catch (error) {
    expect(error).toMatchObject({ code: 'ZIP_UNREADABLE' })
    return null
  } finally {
    closeSync(fd)
  }
}

async function yauzl(open: (options: object) => Promise<ZipFile>): Promise<Found> {
  const found: string[] = []
  try {
    const zip = await open({ lazyEntries: true, validateEntrySizes: false })
    for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
      if (entry.fileName.endsWith('/')) continue
      const { relativeOffsetOfLocalHeader: offset, compressedSize, uncompressedSize: size } = entry
      const { compressionMethod: method, crc32 } = entry
      found.push([entry.fileName, offset, compressedSize, size, method, crc32, entry.isEncrypted()].join(' '))
    }
    return found
  } catch {
    return null
  }
}

const bufferOpener = (zip: Buffer) => (options: object) =>
  new Promise<ZipFile>((resolve, reject) => {
    fromBuffer(zip, options, (error, opened) => (error ? reject(error) : resolve(opened)))
  })

const name = fc.oneof(
  fc.constantFrom('1.txt', 'a/2.txt', 'a\\b.txt', '../x', '/x', 'c:x', 'a..b/c', 'é.txt', '頁.txt', 'folder/'),
  fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[\x00-\x1f\x7f]/.test(text)),
)
const packed: fc.Arbitrary<Packed> = fc.record({ path: name, data: fc.string(), method: fc.constantFrom(0, 8) })
/** A byte that is changed, by how far it stands from the end: there is the directory. */
const change = fc.record({ fromEnd: fc.nat(400), byte: fc.integer({ min: 0, max: 0xff }) })

test('the directory of any zip, sound or damaged, is what yauzl finds in it', async () => {
  const path = join(temporaryFolder(), 'any.zip')
  await fc.assert(
    fc.asyncProperty(fc.array(packed, { maxLength: 6 }), fc.array(change, { maxLength: 3 }), async (files, changes) => {
      const zip = zipOf(files)
      for (const { fromEnd, byte } of changes) if (fromEnd < zip.length) zip[zip.length - 1 - fromEnd] = byte
      writeFileSync(path, zip)
      expect(ours(path)).toEqual(await yauzl(bufferOpener(zip)))
    }),
    { numRuns: 1_500 },
  )
})

test.skipIf(!existsSync(data))('so is that of every real zip (skipped when ../shared/data is absent)', async () => {
  const zips = globSync('**/*.zip', { cwd: data })
  expect(zips.length).toBeGreaterThan(10)
  for (const zip of zips) {
    const path = join(data, zip)
    expect(ours(path), zip).toEqual(await yauzl((options) => openPromise(path, options)))
  }
})
