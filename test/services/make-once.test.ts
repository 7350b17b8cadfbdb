import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeOnce } from './make-once.ts'

function newFolder(): { above: string; folder: string } {
  const above = mkdtempSync(join(tmpdir(), 'slip-make-once-test-'))
  onTestFinished(() => rmSync(above, { recursive: true }))
  return { above, folder: join(above, 'made') }
}

const laying = (content: string) => async (root: string) => writeFileSync(join(root, 'file'), content)

test('a folder is made whole, and not again', async () => {
  const { above, folder } = newFolder()
  await makeOnce(folder, laying('first'))
  await makeOnce(folder, laying('second'))
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('first')
  expect(readdirSync(above)).toEqual(['made'])
})

test('of two who make it at once the first stands', async () => {
  const { above, folder } = newFolder()
  const begun = Promise.withResolvers<void>()
  const other = makeOnce(folder, async (root) => {
    await begun.promise
    await laying('other')(root)
  })
  await makeOnce(folder, laying('first'))
  begun.resolve()
  await other
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('first')
  expect(readdirSync(above)).toEqual(['made'])
})

test('what was not finished leaves nothing', async () => {
  const { above, folder } = newFolder()
  const broken = makeOnce(folder, async (root) => {
    await laying('half')(root)
    throw new Error('broken off')
  })
  await expect(broken).rejects.toThrow('broken off')
  expect({ made: existsSync(folder), above: readdirSync(above) }).toEqual({ made: false, above: [] })
})
