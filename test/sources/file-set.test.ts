import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { listFiles } from '../../src/sources/file-set.ts'
import { folderWith } from './files.ts'

const names = async (patterns: string[], dir: string): Promise<string[]> =>
  (await listFiles(patterns, dir)).map((file) => basename(file.path))

test('files come once, in order of date, base name, then path, whatever the order of patterns', async () => {
  const dir = await folderWith({
    'r_20260102.ndjson': '2',
    'r_20260101.ndjson': '1',
    'r_20260102_delete.txt': 'd',
    'other.json': '',
  })
  await mkdir(join(dir, 'older'))
  await writeFile(join(dir, 'older', 'r_20260101.ndjson'), '0')
  expect(await names(['r_*', 'r_20260101.ndjson'], dir)).toEqual([
    'r_20260101.ndjson',
    'r_20260102.ndjson',
    'r_20260102_delete.txt',
  ])
  await mkdir(join(dir, 'a'))
  await writeFile(join(dir, 'a', 'z.ndjson'), '')
  expect((await names(['**/*.ndjson'], dir))[0]).toBe('z.ndjson')
  const twice = await listFiles(['**/r_20260101.ndjson'], dir)
  expect(twice.map((file) => file.path)).toEqual([join(dir, 'older/r_20260101.ndjson'), join(dir, 'r_20260101.ndjson')])
  expect(twice[0]).toMatchObject({ size: 1 })
})

test('a full file comes after the days of the month before, and before those of its own', async () => {
  const inOrder = [
    'hathi_full.txt',
    'z_00000000.txt',
    'hathi_full_20250101.txt.gz',
    'hathi_upd_20250102.txt.gz',
    'hathi_upd_20250131.txt.gz',
    'hathi_full_20250201.txt.gz',
    'hathi_upd_20250201.txt.gz',
    'hathi_upd_20250201_delete.txt',
    'hathi_upd_20250202.txt.gz',
  ]
  const dir = await folderWith(Object.fromEntries(inOrder.toReversed().map((name) => [name, ''])))
  expect(await names(['*'], dir)).toEqual(inOrder)
})

test('an absolute pattern needs no base folder', async () => {
  const dir = await folderWith({ 'a.json': '' })
  expect(await names([join(dir, '*.json'), join(dir, 'a.json')], '/')).toEqual(['a.json'])
})

test('a plain name that is not there is an error, a pattern that matches nothing is not', async () => {
  const dir = await folderWith({})
  await mkdir(join(dir, 'folder.json'))
  expect(await listFiles(['*.csv', '*.txt'], dir)).toEqual([])
  await expect(listFiles(['none.json'], dir)).rejects.toMatchObject({ code: 'SOURCE_FILE_MISSING' })
  await expect(listFiles(['folder.json'], dir)).rejects.toMatchObject({ code: 'SOURCE_FILE_MISSING' })
})

test('what a pattern matches and is no file comes with its flaw, which no file in a folder changes', async () => {
  const dir = await folderWith({ 'a.json': '' })
  await mkdir(join(dir, 'b.json'))
  await symlink('nowhere', join(dir, 'c.json'))
  await symlink('d.json', join(dir, 'd.json'))
  await symlink('a.json/below', join(dir, 'e.json'))
  await symlink('a.json', join(dir, 'f.json'))
  const flaws = async (pattern: string) =>
    Object.fromEntries((await listFiles([pattern], dir)).map(({ path, flaw }) => [basename(path), flaw]))
  const nothing = 'it is a symbolic link that leads to nothing'
  const all = { 'a.json': null, 'c.json': nothing, 'd.json': nothing, 'e.json': nothing, 'f.json': null }
  expect(await flaws('*.json')).toEqual({ ...all, 'b.json': 'it is a folder' })
  expect(await flaws('**/*.json')).toEqual(all)
  const folder = async () => (await listFiles(['b*'], dir))[0]
  const before = await folder()
  await writeFile(join(dir, 'b.json', 'one'), '')
  expect(await folder()).toEqual(before)
  await rm(join(dir, 'a.json'))
  await rm(join(dir, 'b.json'), { recursive: true })
  await expect(listFiles(['*.json'], dir)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
})

test('the fingerprint stays while the file stays, and changes when it is written or replaced', async () => {
  const dir = await folderWith({ 'a.json': 'one', b: 'two' })
  const print = async (): Promise<string | undefined> => (await listFiles(['a.json'], dir))[0]?.fingerprint
  const first = await print()
  expect(await print()).toBe(first)
  await utimes(join(dir, 'a.json'), 1_000, 1_000)
  const touched = await print()
  await utimes(join(dir, 'b'), 1_000, 1_000)
  await rename(join(dir, 'b'), join(dir, 'a.json'))
  expect(new Set([first, touched, await print()]).size).toBe(3)
})
