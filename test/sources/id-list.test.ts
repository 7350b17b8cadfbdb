import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type IdPage, readIds } from '../../src/sources/id-list.ts'
import { SeenIds } from '../../src/sources/seen-ids.ts'

const folder = mkdtempSync(join(tmpdir(), 'slip-ids-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function read(typed: readonly string[], content?: string): Promise<IdPage[]> {
  const file = join(folder, 'ids.txt')
  if (content !== undefined) writeFileSync(file, content)
  const pages: IdPage[] = []
  for await (const page of readIds(typed, content === undefined ? undefined : file)) pages.push(page)
  return pages
}

describe('a list of ids', () => {
  test('typed ids come first, then the lines of the file, each once in its kept form', async () => {
    const pages = await read(['MDP.1', 'mdp.2'], 'mdp.3\r\n\n# a comment\nmdp.1\nmdp.3\nmdp.4')
    expect(pages).toEqual([{ htids: ['mdp.1', 'mdp.2', 'mdp.3', 'mdp.4'], invalid: [] }])
  })

  test('what is no id is told once, with its line and the rule it breaks, however long it is', async () => {
    const [page] = await read(['odd'], `a.1\nodd\nmdp 1\n${'x'.repeat(100_000)}\nb.1\n`)
    expect(page?.htids).toEqual(['a.1', 'b.1'])
    expect(page?.invalid).toMatchObject([
      { id: 'odd', problem: expect.any(String) },
      { id: 'mdp 1', line: 3 },
      { id: 'x'.repeat(300), line: 4, problem: 'is longer than 4096 characters' },
    ])
    expect(page?.invalid[0]).not.toHaveProperty('line')
  })

  test('a long list comes in pages short enough for a transaction', async () => {
    const pages = await read([], Array.from({ length: 2_500 }, (_, at) => `a.${at}\na.${at}\n`).join(''))
    expect(pages.map(({ htids }) => htids.length)).toEqual([1_000, 1_000, 500])
  })

  test('a file that is not there is told when it is read', async () => {
    const pages = readIds([], join(folder, 'nowhere'))
    await expect(pages.next()).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('ENOENT') })
  })
})

describe('ids that came before', () => {
  test('are known, and no others, as a set knows them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 })), (ids) => {
        const [seen, set] = [new SeenIds(), new Set<string>()]
        for (const id of ids) {
          expect(seen.add(id)).toBe(!set.has(id))
          set.add(id)
        }
      }),
    )
  })

  test('are told apart however many they are', () => {
    const seen = new SeenIds()
    const fresh = () =>
      Array.from({ length: 300_000 }, (_, at) => seen.add(`mdp.3901500000${at}`)).filter(Boolean).length
    expect([fresh(), fresh()]).toEqual([300_000, 0])
  })
})
