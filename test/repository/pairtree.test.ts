import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { metsLimit } from '../../src/repository/item-files.ts'
import { openPairtree } from '../../src/repository/pairtree.ts'
import { putItem } from './put-item.ts'
import { temporaryFolder } from './volume-folder.ts'
import { zipOf } from './zip-writer.ts'

const zip = zipOf([{ path: '1.txt', data: 'one' }])

async function idsOf(root: string): Promise<string[]> {
  const ids: string[] = []
  for await (const id of openPairtree({ root }).walk()) ids.push(id)
  return ids.sort()
}

describe('a walk over a pairtree', () => {
  test('yields every item with a METS file or a zip, ids of one character and of shared beginnings included', async () => {
    const root = temporaryFolder()
    const ids = ['mdp.1', 'mdp.12', 'mdp.123', 'mdp.1212', 'mdp.121212', 'mdp.12345', 'uc2.ark:/13960/t4mk66f1d']
    for (const id of ids) putItem(root, id, { mets: 'x' })
    putItem(root, 'uc1.$b1', { zip })
    expect(await idsOf(root)).toEqual([...ids, 'uc1.$b1'].sort())
  })

  test('an object folder without METS file and zip is no item, nor is a folder in the wrong place', async () => {
    const root = temporaryFolder()
    putItem(root, 'mdp.111', {})
    const other = join(root, 'mdp/pairtree_root/22/3')
    for (const folder of ['999', '22']) {
      mkdirSync(join(other, folder), { recursive: true })
      writeFileSync(join(other, folder, `${folder}.zip`), zip)
    }
    mkdirSync(join(root, 'lost+found'))
    writeFileSync(join(root, 'README'), '')
    putItem(root, 'mdp.3', { zip })
    expect(await idsOf(root)).toEqual(['mdp.3'])
  })

  test('follows linked folders and ends though a link leads back', async () => {
    const root = temporaryFolder()
    const elsewhere = temporaryFolder()
    putItem(elsewhere, 'mdp.1', { zip })
    symlinkSync(join(elsewhere, 'mdp'), join(root, 'mdp'))
    symlinkSync('.', join(elsewhere, 'mdp/pairtree_root/11'))
    symlinkSync('nowhere', join(elsewhere, 'mdp/pairtree_root/22'))
    expect(await idsOf(root)).toEqual(['mdp.1'])
  })

  test('a root that is away or an empty mount point is REPOSITORY_UNAVAILABLE', async () => {
    const root = temporaryFolder()
    writeFileSync(join(root, 'file'), '')
    mkdirSync(join(root, 'mount'))
    for (const path of ['gone', 'file', 'mount']) {
      await expect(idsOf(join(root, path))).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' })
    }
  })
})

describe('an item of a pairtree', () => {
  test('has says whether there is a METS file or a zip', async () => {
    const root = temporaryFolder()
    putItem(root, 'mdp.1', { mets: 'x' })
    putItem(root, 'mdp.2', { zip })
    putItem(root, 'mdp.3', {})
    const repository = openPairtree({ root: `${root}/` })
    expect(await Promise.all(['mdp.1', 'mdp.2', 'mdp.3', 'mdp.4'].map((id) => repository.has(id)))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  test('opens with the METS bytes and what tells one state of its files from another', async () => {
    const root = temporaryFolder()
    const folder = putItem(root, 'mdp.1', { mets: '<mets/>', zip })
    const volume = await openPairtree({ root }).open('mdp.1')
    expect(volume.mets.toString()).toBe('<mets/>')
    expect(volume.place).toEqual({
      mets: join(folder, '1.mets.xml'),
      metsBytes: 7,
      metsTime: expect.stringMatching(/^\d{4}-.*Z$/),
      zipBytes: zip.length,
      zipTime: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    await volume.close()
  })

  test('without a METS file is METS_MISSING, without a zip ZIP_MISSING once pages are read', async () => {
    const root = temporaryFolder()
    putItem(root, 'mdp.1', { zip })
    putItem(root, 'mdp.2', { mets: 'x' })
    const repository = openPairtree({ root })
    const before = readdirSync('/proc/self/fd').length
    await expect(repository.open('mdp.1')).rejects.toMatchObject({ code: 'METS_MISSING' })
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
    await expect(repository.open('mdp.9')).rejects.toMatchObject({ code: 'METS_MISSING' })
    const volume = await repository.open('mdp.2')
    expect(await volume.readPages([])).toEqual([])
    await expect(volume.readPages(['1.txt'])).rejects.toMatchObject({ code: 'ZIP_MISSING' })
    await volume.close()
  })

  test('is never called missing while the root is away', async () => {
    const root = temporaryFolder()
    putItem(root, 'mdp.1', { mets: 'x', zip })
    const repository = openPairtree({ root })
    rmSync(join(root, 'mdp'), { recursive: true })
    for (const call of [() => repository.open('mdp.1'), () => repository.has('mdp.1')]) {
      await expect(call()).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE', class: 'environment' })
    }
  })

  test('a METS file above the limit is METS_TOO_LARGE without being read', async () => {
    const root = temporaryFolder()
    const folder = putItem(root, 'mdp.1', { mets: '' })
    truncateSync(join(folder, '1.mets.xml'), metsLimit + 1)
    await expect(openPairtree({ root }).open('mdp.1')).rejects.toMatchObject({ code: 'METS_TOO_LARGE' })
  })

  test('a folder or a pipe in place of a file is an error of the item and holds nobody up', async () => {
    const root = temporaryFolder()
    mkdirSync(join(putItem(root, 'mdp.1', {}), '1.mets.xml'))
    execFileSync('mkfifo', [join(putItem(root, 'mdp.2', {}), '2.mets.xml')])
    execFileSync('mkfifo', [join(putItem(root, 'mdp.3', { mets: 'x' }), '3.zip')])
    const repository = openPairtree({ root })
    await expect(repository.open('mdp.1')).rejects.toMatchObject({ code: 'METS_UNREADABLE' })
    await expect(repository.open('mdp.2')).rejects.toMatchObject({ code: 'METS_UNREADABLE' })
    await expect(repository.open('mdp.3')).rejects.toMatchObject({ code: 'ZIP_UNREADABLE' })
  })

  test('an id that is no id is ITEM_ID_INVALID', async () => {
    const repository = openPairtree({ root: temporaryFolder() })
    await expect(repository.open('../../x')).rejects.toMatchObject({ code: 'ITEM_ID_INVALID' })
    await expect(repository.has('../../x')).rejects.toMatchObject({ code: 'ITEM_ID_INVALID' })
  })
})
