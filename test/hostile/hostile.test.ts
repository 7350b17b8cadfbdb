import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Case, casesOf, usual } from './cases.ts'
import { plainMets } from './kinds/sound.ts'
import { recorded, seed, summaryOf } from './page.ts'
import { runCases, withLittleToRead } from './run.ts'
import { layVolume, runVolume } from './run-volume.ts'

test('every hostile input ends in a document or an error of its own, with bounded memory and bytes read, and nothing outside the item read', async () => {
  const { results, violations } = await runCases(seed, usual)
  expect(violations).toEqual([])
  expect(results.length).toBe([...casesOf(seed)].length)
  expect(results.length).toBeGreaterThan(1_500)
  expect(summaryOf(results), 'node test/hostile/main.ts --record, then npm run generate').toEqual(recorded())
}, 600_000)

test('one case can be made again by its number', async () => {
  const { results, violations } = await runCases(seed, usual, ['METS: an entity bomb', '3'])
  expect(violations).toEqual([])
  expect(results).toMatchObject([{ name: 'an entity bomb', number: 3, end: 'METS_UNREADABLE' }])
  // of a large one this run has the first alone
  const large = 'METS: 50 MB in one attribute, or in one name'
  expect((await runCases(seed, usual, [large, '1'])).results).toMatchObject([{ number: 1, end: 'METS_UNREADABLE' }])
})

const found = '../shared/data'
describe.skipIf(!existsSync(found))('real volumes that are broken (skipped when ../shared/data is absent)', () => {
  const names = (folder: string, suffix: string) =>
    existsSync(`${found}/${folder}`) ? readdirSync(`${found}/${folder}`).filter((name) => name.endsWith(suffix)) : []

  test.each(names('broken', '.mets.xml'))('%s ends in an error of its own', async (name) => {
    const base = `${found}/broken/${name.replace('.mets.xml', '')}`
    expect(await endOf(readFileSync(`${base}.mets.xml`), readFileSync(`${base}.zip`))).toMatch(/^(METS|ZIP|PAGE)_/)
  })

  test.each(names('zip-only', '.zip'))(
    '%s under the METS of another item ends in an error of its own',
    async (name) => {
      const mets = plainMets(3, (order) => `${order}`.padStart(8, '0').concat('.txt'))
      expect(await endOf(Buffer.from(mets), readFileSync(`${found}/zip-only/${name}`))).toMatch(
        /^(document|(METS|ZIP|PAGE)_.*)$/,
      )
    },
  )
})

/** How a volume ends, with what should not be behind it. */
async function endOf(mets: Buffer, zip: Buffer): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'slip-hostile-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const input = { of: 'volume', mets, zip } as const
  layVolume(folder, input)
  const { end, violation = '' } = await runVolume(folder, input)
  return `${end}${violation}`
}

test('a seed makes the same cases each time, and another seed others', () => {
  const digest = (of: number) => {
    const hash = createHash('sha256')
    for (const each of casesOf(of, 60)) if (!each.kind.isLarge) hash.update(contentOf(each))
    return hash.digest('hex')
  }
  expect(digest(1)).toBe(digest(1))
  expect(digest(2)).not.toBe(digest(1))
})

function contentOf({ make }: Case): string {
  const input = make()
  const all = input.of === 'volume' ? [input.mets, input.zip, input.record, input.files] : Object.values(input)
  return JSON.stringify(all, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value))
}

test('the process of the cases can read nothing beside their folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slip-hostile-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  const script = `try { require('fs').readFileSync('${folder}/secret.txt') } catch (error) { console.log(error.code) }`
  const child = spawn(process.execPath, [...withLittleToRead(join(folder, 'cases')), '-e', script])
  expect(await text(child.stdout)).toBe('ERR_ACCESS_DENIED\n')
})
