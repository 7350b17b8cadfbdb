import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'
import { slipctl } from '../ctl/slipctl.ts'
import { openFirstDay } from './first-day.ts'
import { type Library, samples } from './library.ts'
import { endAll } from './processes.ts'

const rescanned = 'demo1.rescanned_day2'
let library: Library
beforeAll(async () => {
  library = await openFirstDay()
})
afterAll(async () => {
  await endAll()
  await library.close()
})

const query = (sql: string) => library.state.db.query<{ htid: string }>(sql)
const verify = (...args: string[]) => slipctl(['verify', '--inputs', ...args, '--config', library.configFile])
async function differing(): Promise<Record<string, string[]>> {
  const { out } = await verify('--all', '--json')
  const { mismatches } = JSON.parse(out) as { mismatches: { htid: string; differ: string[] }[] }
  return Object.fromEntries(mismatches.map(({ htid, differ }) => [htid, differ]))
}
const indexed = async () =>
  (await query(`SELECT htid FROM slip_indexed WHERE presence = 'indexed' ORDER BY htid`)).map(({ htid }) => htid)
const folderOf = (htid: string) => join('pairtree', pairtreeName(htid).folder)

test('what was just indexed is made of what there is', async () => {
  const items = (await indexed()).length
  expect(await verify('--all')).toEqual({ code: 0, out: `main: ${items} items, all made of what there is\n`, err: '' })
})

test('a sample goes on where the one before it ended, and begins anew behind the last item', async () => {
  const items = await indexed()
  const sample = String(items.length - 2)
  const read = async () => JSON.parse((await verify('--sample', sample, '--json')).out).compared
  expect([await read(), await read(), await read()]).toEqual([items.length - 2, 2, items.length - 2])
  const [row] = await library.state.db.query<{ value: string }>(
    `SELECT value FROM slip_watermark WHERE stage = 'inputs' AND name = 'main'`,
  )
  expect(row?.value).toBe(items.at(-3))
  await query(`UPDATE slip_watermark SET value = 'zzz' WHERE stage = 'inputs'`)
  expect(await read()).toBe(items.length - 2)
})

test('an item whose files, record or rights are others is printed, and --json says which; one under way is not', async () => {
  const [first, second, third] = (await indexed()).filter((htid) => htid !== rescanned)
  cpSync(join(samples, 'day-2', folderOf(rescanned)), join(library.folder, folderOf(rescanned)), { recursive: true })
  expect(await differing()).toEqual({ [rescanned]: ['METS', 'pages'] })
  rmSync(join(library.folder, folderOf(first as string)), { recursive: true })
  await query(`UPDATE slip_rights SET attr = 5 WHERE htid = '${second}'`)
  await query(
    `UPDATE slip_record SET data = replace(data, '"title"', '"title_c"')
     WHERE record_id = (SELECT record_id FROM slip_rights WHERE htid = '${third}')`,
  )
  const all = await differing()
  expect(all).toMatchObject({ [first as string]: ['gone'], [third as string]: ['record'] })
  expect(all[second as string]).toContain('rights')
  const { code, out, err } = await verify('--all')
  expect(code).toBe(3)
  expect(out.trim().split('\n')).toEqual(Object.keys(all).sort())
  expect(err).toMatch(/of \d+ items were made of something else: .*METS 1/)
  await slipctl(['enqueue', rescanned, '--config', library.configFile])
  expect(await differing()).not.toHaveProperty([rescanned])
})

test('options that do not go together are refused', async () => {
  for (const args of [['--doubled'], ['--all', '--sample', '3'], ['--sample', 'x']])
    expect(await verify(...args)).toMatchObject({ code: 2, out: '' })
  expect(await slipctl(['verify', '--all', '--config', library.configFile])).toMatchObject({ code: 2 })
})
