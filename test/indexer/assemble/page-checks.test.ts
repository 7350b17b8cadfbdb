import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { type AssemblyInput, assemble } from '../../../src/indexer/assemble/assemble.ts'
import { type Checksums, PageChecks } from '../../../src/indexer/assemble/page-checks.ts'
import type { Lookups } from '../../../src/indexer/lookups.ts'
import { makeDocument } from '../../../src/indexer/make-document.ts'
import { openRepository } from '../../../src/repository/open-repository.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import { noMemberships } from '../../../src/sources/memberships/memberships.ts'
import { temporaryFolder } from '../../repository/volume-folder.ts'
import { library, shelf } from '../../samples/shelf.ts'
import { assemblyInput, provenance } from './volume.ts'

const md5 = (text: string | Buffer) => hash('md5', text, 'hex')
const right = (text: string) => `SIZE="${Buffer.byteLength(text)}" CHECKSUM="${md5(text)}" CHECKSUMTYPE="MD5"`

/** A volume of pages `one` and `two`, of which METS states what is given for the second. */
async function volume(stated: string, pages: (string | null)[] = ['one', 'two']): Promise<AssemblyInput> {
  const described = [
    { order: 1, file: '1.txt', stated: right('one') },
    { order: 2, file: '2.txt', stated },
  ]
  const input = await assemblyInput({ pages, mets: { pages: described } })
  onTestFinished(() => input.volume.close())
  return input
}

async function make(stated: string, checksums: Checksums): Promise<string> {
  const { json } = await assemble({ ...(await volume(stated)), checksums })
  return JSON.parse(`${json}}`).ocr
}

describe('page files', () => {
  test('are compared with nothing when checksums are off', async () => {
    expect(await make('SIZE="9" CHECKSUM="abc" CHECKSUMTYPE="MD5"', 'off')).toBe('one two')
  })

  test.each<[Checksums, string, string]>([
    ['size', 'size alone', `SIZE="3" CHECKSUM="abc" CHECKSUMTYPE="MD5"`],
    ['md5', 'size and checksum', right('two')],
    ['md5', 'a checksum in capitals', `SIZE="3" CHECKSUM="${md5('two').toUpperCase()}" CHECKSUMTYPE="MD5"`],
    ['md5', 'a checksum of another kind, which is not compared', `SIZE="3" CHECKSUM="abc" CHECKSUMTYPE="SHA-1"`],
    ['md5', 'nothing at all, which is not compared', ''],
  ])('pass %s by %s', async (checksums, _, stated) => {
    expect(await make(stated, checksums)).toBe('one two')
  })

  test.each<[Checksums, string, string, object]>([
    ['size', 'another size', 'SIZE="9"', { check: 'size', stated: 9, found: 3 }],
    ['md5', 'another size', 'SIZE="9"', { check: 'size', stated: 9, found: 3 }],
    [
      'md5',
      'another checksum',
      `SIZE="3" CHECKSUM="${md5('three')}" CHECKSUMTYPE="MD5"`,
      { check: 'md5', stated: md5('three'), found: md5('two') },
    ],
  ])('of which %s finds %s are PAGE_DIFFERS with the page and both values', async (checksums, _, stated, place) => {
    await expect(make(stated, checksums)).rejects.toMatchObject({
      code: 'PAGE_DIFFERS',
      class: 'item',
      place: { page: '2.txt', different: 1, expected: 2, ...place },
    })
  })

  test('that are not there, the gap being waived, are not compared', async () => {
    const input = await volume('SIZE="9"', ['one', null])
    expect((await assemble({ ...input, gapsWaived: true, checksums: 'md5' })).counts.read).toBe(1)
  })

  test('with any byte changed are found by md5, and every one of them is counted', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 50 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, change) => {
          const stated = { size: bytes.length, md5: md5(Buffer.from(bytes)), order: 1, label: null, features: [] }
          const pages = ['1', '2', '3'].map((file) => ({
            ...stated,
            file,
            mime: null,
            format: null,
            images: [],
            group: null,
            fileId: null,
            url: null,
            part: null,
          }))
          const checks = new PageChecks(pages, 'md5')
          const damaged = Buffer.from(bytes)
          damaged[at % damaged.length]! ^= change
          expect(checks.agrees(Buffer.from(bytes), '2')).toBe(true)
          expect(() => checks.assert()).not.toThrow()
          for (const file of ['1', '3']) expect(checks.agrees(damaged, file)).toBe(false)
          expect(() => checks.assert()).toThrow(
            expect.objectContaining({
              place: expect.objectContaining({ page: '1', check: 'md5', different: 2, expected: 3 }),
            }),
          )
        },
      ),
    )
  })

  test('of markup are compared as they are stored, and one that differs is not read as markup', async () => {
    const page = '<alto><Layout><Page><PrintSpace><String CONTENT="one"/></PrintSpace></Page></Layout></alto>'
    const root = temporaryFolder()
    const lay = (stated: string, stored: string) => {
      mkdirSync(join(root, 'a/x'), { recursive: true })
      writeFileSync(join(root, 'a/x/1.xml'), stored)
      writeFileSync(
        join(root, 'a/x/mets.xml'),
        `<mets xmlns="http://www.loc.gov/METS/" xmlns:l="http://www.w3.org/1999/xlink"><fileSec><fileGrp USE="FULLTEXT"><file ID="F" MIMETYPE="text/xml" ${right(stated)}><FLocat LOCTYPE="URL" l:href="1.xml"/></file></fileGrp></fileSec><structMap TYPE="PHYSICAL"><div TYPE="physSequence"><div TYPE="page" ORDER="1"><fptr FILEID="F"/></div></div></structMap></mets>`,
      )
    }
    const made = async () => {
      const source = await openRepository({ kind: 'directory', root }).open('a.x')
      onTestFinished(() => source.close())
      const { json } = await assemble({ ...(await volume('')), htid: 'a.x', volume: source, checksums: 'md5' })
      return JSON.parse(`${json}}`).ocr
    }
    lay(page, page)
    expect(await made()).toBe('one')
    lay(page, `${page} `)
    await expect(made()).rejects.toMatchObject({ code: 'PAGE_DIFFERS', place: { page: '1.xml', check: 'size' } })
    lay(page, page.replace('one', 'on<'))
    await expect(made()).rejects.toMatchObject({ code: 'PAGE_DIFFERS', place: { page: '1.xml', check: 'md5' } })
  })
})

test.each([...shelf('corrected').keys()])('%s of the sample library is what its METS states', async (htid) => {
  const source = await openPairtree({ root: `${library}/corrected/pairtree` }).open(htid)
  onTestFinished(() => source.close())
  const text = { emptyPageToken: null, dehyphenate: true }
  const input = { htid, attr: 1, record: { id: '1' }, volume: source, provenance, text }
  expect((await assemble({ ...input, checksums: 'md5' })).counts.expected).toBeGreaterThan(0)
})

test('repository.checksums says what is compared, and a person may waive it for an item', async () => {
  const repository = { ...openPairtree({ root: '/' }), open: async () => (await volume('SIZE="9"')).volume }
  const lookups = {
    rights: () => ({ attr: 1, recordId: '1', recordDigest: null }),
    answer: () => ({ memberships: noMemberships, digests: {} }),
    record: () => ({ id: '1' }),
  } as unknown as Lookups
  const made = (checksums: string, waived: string | null) => {
    const yaml = `{database: {url: 'embedded:x'}, repository: {root: x, ${checksums}}, sources: {s: {kind: repository}}, targets: {main: {engine: embedded, shards: 1}}}`
    const request = { htid: 'mdp.1', rev: 1, fence: 1, waived }
    return makeDocument(parseConfig(yaml, '/x.yaml'), repository, lookups, request)
  }
  const differs = { code: 'PAGE_DIFFERS' }
  await made('', null)
  await expect(made('checksums: size', null)).rejects.toMatchObject(differs)
  await expect(made('checksums: md5', 'page_gap')).rejects.toMatchObject(differs)
  await made('checksums: md5', 'checksum')
  await made('checksums: md5', 'checksum,page_gap')
})
