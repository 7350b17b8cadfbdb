import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openRepository } from '../../src/repository/open-repository.ts'
import { temporaryFolder } from './volume-folder.ts'

const htid = 'lib.a1'
const old = new Date('2026-01-01T00:00:00.000Z')

/** Where METS and a page of the item are, by kind of repository. */
const files = {
  pairtree: { mets: 'lib/pairtree_root/a1/a1/a1.mets.xml', pages: 'lib/pairtree_root/a1/a1/a1.zip' },
  directory: { mets: 'lib/a1/mets.xml', pages: 'lib/a1/text/deep/1.txt' },
  zip: { mets: null, pages: 'lib/a1.zip' },
} as const

function write(root: string, path: string | null, text: string, modified = old): void {
  if (path === null) return
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
  utimesSync(join(root, path), modified, modified)
}

describe.each(['pairtree', 'directory', 'zip'] as const)(
  'the fingerprint of an item of a repository of kind %s',
  (kind) => {
    const { mets, pages } = files[kind]
    const opened = () => {
      const root = temporaryFolder()
      write(root, mets, 'mets')
      write(root, pages, 'pages')
      const repository = openRepository({ kind, root })
      return { root, print: () => repository.fingerprint(htid) }
    }

    test('stays while the files stay, and has a part for METS and one for pages', async () => {
      const { root, print } = opened()
      const before = await print()
      expect(before).toMatch(kind === 'zip' ? /^\.[\w-]{8}$/ : /^[\w-]{8}\.[\w-]{8}$/)
      write(root, mets, 'mets')
      write(root, pages, 'pages')
      expect(await print()).toBe(before)
    })

    test('tells pages of another size, and of another time, and leaves the part of METS as it is', async () => {
      const { root, print } = opened()
      const before = (await print())?.split('.')
      write(root, pages, 'more pages')
      const larger = (await print())?.split('.')
      expect(larger?.[0]).toBe(before?.[0])
      expect(larger?.[1]).not.toBe(before?.[1])
      write(root, pages, 'pages', new Date(old.getTime() + 1))
      expect((await print())?.split('.')[1]).not.toBe(before?.[1])
    })

    test('is none of an item that is not there, also of one whose id is too long for the name of a file', async () => {
      const { root, print } = opened()
      write(root, 'lib/other', '')
      for (const path of [mets, pages]) if (path !== null) rmSync(join(root, path))
      expect(await print()).toBeNull()
      const repository = openRepository({ kind, root })
      const longest = `lib.${'x'.repeat(250)}`
      expect(await repository.fingerprint(longest)).toBeNull()
      expect(await repository.has(longest)).toBe(false)
    })

    test('is no answer while the root is away', async () => {
      const { root, print } = opened()
      renameSync(root, `${root}-away`)
      await expect(print()).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' })
      mkdirSync(root)
      await expect(print()).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' })
      rmSync(`${root}-away`, { recursive: true })
    })
  },
)

test('a METS file that is written again changes its own part alone; one of both may be missing', async () => {
  const root = temporaryFolder()
  const { mets, pages } = files.pairtree
  const repository = openRepository({ kind: 'pairtree', root })
  write(root, pages, 'pages')
  const alone = await repository.fingerprint(htid)
  expect(alone).toMatch(/^\.[\w-]{8}$/)
  write(root, mets, 'mets')
  const both = await repository.fingerprint(htid)
  expect(both?.slice(8)).toBe(alone)
  write(root, mets, 'more mets')
  expect(await repository.fingerprint(htid)).not.toBe(both)
  expect((await repository.fingerprint(htid))?.slice(8)).toBe(alone)
})

test('in a folder a page that comes, goes or is called otherwise is told', async () => {
  const root = temporaryFolder()
  const repository = openRepository({ kind: 'directory', root })
  write(root, files.directory.mets, 'mets')
  const prints = [await repository.fingerprint(htid)]
  expect(prints[0]).toMatch(/^[\w-]{8}\.$/)
  write(root, 'lib/a1/text/1.txt', 'one')
  prints.push(await repository.fingerprint(htid))
  renameSync(join(root, 'lib/a1/text/1.txt'), join(root, 'lib/a1/text/2.txt'))
  prints.push(await repository.fingerprint(htid))
  rmSync(join(root, 'lib/a1/text/2.txt'))
  expect(await repository.fingerprint(htid)).toBe(prints[0])
  expect(new Set(prints).size).toBe(3)
})
