import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openRepository } from '../../src/repository/open-repository.ts'
import { temporaryFolder } from './volume-folder.ts'
import { zipOf } from './zip-writer.ts'

const htid = 'lib.ark:/1/x.y'
const object = 'ark+=1=x,y'

type Files = Readonly<Record<string, string>>

const stores = {
  directory(root: string, files: Files) {
    for (const [path, data] of Object.entries(files)) {
      const file = join(root, 'lib', object, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, data)
    }
  },
  zip(root: string, files: Files) {
    mkdirSync(join(root, 'lib'), { recursive: true })
    const packed = Object.entries(files).map(([path, data]) => ({ path, data }))
    writeFileSync(join(root, 'lib', `${object}.zip`), zipOf(packed))
  },
}

function library(kind: keyof typeof stores, files: Files) {
  const root = temporaryFolder()
  stores[kind](root, files)
  return { root, repository: openRepository({ kind, root: `${root}/` }) }
}

async function opened(kind: keyof typeof stores, files: Files) {
  const { root, repository } = library(kind, files)
  const volume = await repository.open(htid)
  onTestFinished(() => volume.close())
  return { root, volume }
}

async function idsIn(kind: keyof typeof stores, root: string): Promise<string[]> {
  const ids: string[] = []
  for await (const id of openRepository({ kind, root }).walk()) ids.push(id)
  return ids
}

describe.each(['directory', 'zip'] as const)('an item of a repository of kind %s', (kind) => {
  const item = { 'mets.xml': '<mets/>', 'ALTO/1.xml': 'one', 'ALTO/2.xml': 'two', '1.xml': 'other' }

  test('has its METS, and its pages by path, in the order asked, and once or twice', async () => {
    const { volume } = await opened(kind, item)
    expect(String(volume.mets)).toBe('<mets/>')
    expect(volume.metsName).toBe('mets.xml')
    const names = ['ALTO/2.xml', 'ALTO/1.xml', '1.xml', 'ALTO/2.xml']
    expect((await volume.readPages(names)).map(String)).toEqual(['two', 'one', 'other', 'two'])
    expect(await volume.readPages([])).toEqual([])
  })

  test('lists its files but the METS', async () => {
    const { volume } = await opened(kind, item)
    expect((await volume.list()).sort()).toEqual(['1.xml', 'ALTO/1.xml', 'ALTO/2.xml'])
  })

  test('is found by its id, and by the walk', async () => {
    const { root, repository } = library(kind, item)
    expect(await repository.has(htid)).toBe(true)
    expect(await repository.has('lib.2')).toBe(false)
    expect(await idsIn(kind, root)).toEqual([htid])
    await expect(repository.check()).resolves.toBeUndefined()
  })

  test('with a page that is not there is PAGE_MISSING, and null where the gap is waived', async () => {
    const { volume } = await opened(kind, item)
    const names = ['ALTO/1.xml', 'ALTO/3.xml', 'TIFF/1.xml']
    await expect(volume.readPages(names)).rejects.toMatchObject({
      code: 'PAGE_MISSING',
      place: { page: 'ALTO/3.xml', missing: 2, expected: 3 },
    })
    expect((await volume.readPagesThere(names)).map((page) => page && String(page))).toEqual(['one', null, null])
  })

  test('keeps of a page what it is told to, after its bytes were admitted', async () => {
    const { volume } = await opened(kind, item)
    const told: unknown[] = []
    const reading = {
      admit: async (bytes: number) => {
        told.push(bytes)
      },
      keep: (bytes: Buffer, name: string) => {
        told.push(name)
        return Buffer.from(String(bytes).toUpperCase())
      },
    }
    expect((await volume.readPages(['ALTO/1.xml', 'ALTO/2.xml'], reading)).map(String)).toEqual(['ONE', 'TWO'])
    expect(told).toEqual([6, 'ALTO/1.xml', 'ALTO/2.xml'])
  })

  test.each([
    ['METS called after the object', { [`${object}.mets.xml`]: 'a', 'mets.xml': 'b' }, 'a'],
    ['METS before a file called after the object', { [`${object}.xml`]: 'a', 'METS.XML': 'b' }, 'b'],
    ['a file called after the object', { [`${object}.xml`]: 'a', 'page.xml': 'b' }, 'a'],
    ['the only file that ends in mets.xml', { '1824_mets.xml': 'a', '1824.xml': 'b' }, 'a'],
  ])('has for METS %s', async (_, files, mets) => {
    expect(String((await opened(kind, files)).volume.mets)).toBe(mets)
  })

  test.each([
    ['no XML', { '1.txt': 'a' }],
    ['two files that end in mets.xml', { 'a_mets.xml': 'a', 'b_mets.xml': 'b' }],
    ['a METS two folders down', { 'a/b/mets.xml': 'a' }],
  ])('with %s is METS_MISSING', async (_, files) => {
    await expect(library(kind, files).repository.open(htid)).rejects.toMatchObject({ code: 'METS_MISSING' })
  })

  test('of a root that is not there is REPOSITORY_UNAVAILABLE', async () => {
    const { root, repository } = library(kind, item)
    rmSync(root, { recursive: true })
    await expect(repository.open(htid)).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' })
    await expect(repository.has(htid)).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' })
    await expect(repository.check()).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' })
  })
})

describe('a folder of an item', () => {
  test('is not left by a link: to a file, to a folder, as a METS', async () => {
    const { root, volume } = await opened('directory', { 'mets.xml': '<mets/>', 'ALTO/1.xml': 'one' })
    const folder = join(root, 'lib', object)
    mkdirSync(join(root, 'outside'))
    writeFileSync(join(root, 'outside', '2.xml'), 'secret')
    symlinkSync(join(root, 'outside', '2.xml'), join(folder, 'ALTO', '2.xml'))
    symlinkSync(join(root, 'outside'), join(folder, 'LINK'))
    for (const name of ['ALTO/2.xml', 'LINK/2.xml']) {
      await expect(volume.readPages([name])).rejects.toMatchObject({ code: 'PAGE_MISSING' })
    }
    expect(await volume.list()).toEqual(['ALTO/1.xml'])
    rmSync(join(folder, 'mets.xml'))
    symlinkSync(join(root, 'outside', '2.xml'), join(folder, 'mets.xml'))
    await expect(openRepository({ kind: 'directory', root }).open(htid)).rejects.toMatchObject({ code: 'METS_MISSING' })
  })

  test('with a page that is a folder is PAGE_MISSING, and with one that is too large PAGE_TOO_LARGE', async () => {
    const { root, volume } = await opened('directory', { 'mets.xml': '<mets/>', 'ALTO/1.xml': 'one' })
    await expect(volume.readPages(['ALTO'])).rejects.toMatchObject({ code: 'PAGE_MISSING' })
    truncateSync(join(root, 'lib', object, 'ALTO/1.xml'), 65 * 2 ** 20)
    await expect(volume.readPages(['ALTO/1.xml'])).rejects.toMatchObject({ code: 'PAGE_TOO_LARGE' })
  })
})

describe('a zip of an item', () => {
  test('may have everything in one folder', async () => {
    const { volume } = await opened('zip', { 'x/mets.xml': '<mets/>', 'x/ALTO/1.xml': 'one', 'ALTO/1.xml': 'other' })
    expect((await volume.readPages(['ALTO/1.xml'])).map(String)).toEqual(['one'])
    expect(await volume.list()).toEqual(['ALTO/1.xml'])
  })

  test.each([
    ['METS in two folders', ['a/mets.xml', 'b/mets.xml'], 'METS_MISSING'],
    ['its METS twice', ['mets.xml', 'mets.xml'], 'ZIP_DUPLICATE_NAME'],
  ])('with %s is an error', async (_, paths, code) => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'lib'))
    writeFileSync(join(root, 'lib', `${object}.zip`), zipOf(paths.map((path) => ({ path, data: '<mets/>' }))))
    await expect(openRepository({ kind: 'zip', root }).open(htid)).rejects.toMatchObject({ code })
  })

  test('that is not there is ZIP_MISSING, and what is no zip ZIP_UNREADABLE', async () => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'lib', `${object}.zip`), { recursive: true })
    const repository = openRepository({ kind: 'zip', root })
    await expect(repository.open('lib.2')).rejects.toMatchObject({ code: 'ZIP_MISSING' })
    await expect(repository.open(htid)).rejects.toMatchObject({ code: 'ZIP_UNREADABLE' })
  })
})
