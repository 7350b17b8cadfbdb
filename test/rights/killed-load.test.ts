import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findPendingRecords } from '../../src/state/records/pending-records.ts'
import { launcher, slipctl } from '../ctl/slipctl.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { endAll, runOnce } from '../daemon/processes.ts'
import { untilBlocked } from '../state/fixture.ts'
import { recordOf } from './pass.ts'
import { runTask } from './person.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary()
})
afterEach(async () => {
  await endAll()
  await library.close()
})

const load = (source: string, file: string) =>
  slipctl(['sources', 'load', source, file, '--config', library.configFile])
/** What is there before. */
const known = (source: string, line: string) =>
  runTask(library, source, { kind: 'files', paths: [fileOf('known.txt', [line])] })
const count = async (sql: string) => {
  const [row] = await library.state.db.query<{ found: number }>(`SELECT count(*) AS found FROM ${sql}`)
  return Number(row?.found)
}
/** How many items have each revision. */
async function revisions(): Promise<Record<string, number>> {
  const sql = 'SELECT rev, count(*) AS items FROM slip_rights GROUP BY rev'
  const rows = await library.state.db.query<{ rev: number; items: number }>(sql)
  return Object.fromEntries(rows.map(({ rev, items }) => [rev, Number(items)]))
}

function fileOf(name: string, lines: readonly string[]): string {
  const file = join(library.folder, name)
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  return file
}

/**
 * Loads a file by slipctl, and kills it where it waits for a row that is locked, once `there` rows are: the block before
 * the one that waits may still be under way.
 */
async function killedAt(row: string, source: string, file: string, there: readonly [string, number]): Promise<void> {
  await library.state.db.transaction(async (tx) => {
    await tx.query(`SELECT 1 FROM ${row} FOR UPDATE`)
    const args = [launcher, 'sources', 'load', source, file, '--config', library.configFile]
    const child = spawn(process.execPath, args, { stdio: 'ignore' })
    await untilBlocked(library.state.db)
    while ((await count(there[0])) < there[1]);
    child.kill('SIGKILL')
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  })
}

/** As a person does it, once the duty of the one that was killed has ended. */
async function loadAgain(source: string, file: string): Promise<void> {
  await library.passLease()
  // with the line that is none
  expect(await load(source, file)).toMatchObject({ code: 4, err: expect.stringContaining('1 records or lines cannot') })
}

/** Nothing waits to be carried over, and the line that is none is one error, however often it was read. */
async function expectWhole(): Promise<void> {
  expect(await findPendingRecords(library.state.db, 1)).toEqual([])
  expect(await count('slip_errors WHERE resolved_at IS NULL')).toBe(1)
}

const ids = (number: number) => Array.from({ length: number }, (_, at) => String(at).padStart(4, '0'))
const odd = '{"id":'

/** Records in three blocks; the last is known, and changed. */
const records = ids(1_300)
const last = records.at(-1)
async function recordFile(): Promise<string> {
  const line = (id: string, title?: string) => JSON.stringify(recordOf(`r${id}`, [`a.${id}`], title))
  await known('catalogue', line(last!))
  return fileOf('records.ndjson', [odd, ...records.map((id) => line(id, id === last ? 'Another title' : undefined))])
}

test('kill -9 of slipctl while it stores records loses nothing, and the load called again completes it', async () => {
  const file = await recordFile()
  // the odd line is one of the first block
  await killedAt(`slip_record WHERE record_id = 'r${last}'`, 'catalogue', file, ['slip_record', 999 + 1])
  expect(await count('slip_record')).toBe(999 + 1)
  expect(await revisions()).toEqual({ 1: 1 })
  await loadAgain('catalogue', file)
  expect(await count('slip_record')).toBe(1_300)
  expect(await revisions()).toEqual({ 1: 1_299, 2: 1 })
  await expectWhole()
})

test('kill -9 of slipctl while items follow their records loses nothing: slip-rights carries on, and a load again changes nothing', async () => {
  const file = await recordFile()
  await killedAt(`slip_rights WHERE htid = 'a.${last}'`, 'catalogue', file, ['slip_record', 1_300])
  expect(await count('slip_record')).toBe(1_300)
  const { 1: carried, ...others } = await revisions()
  expect(others).toEqual({})
  expect(carried).toBeGreaterThan(1)
  expect(carried).toBeLessThan(1_300)
  expect((await runOnce('rights', library.configFile)).code).toBe(0)
  expect(await revisions()).toEqual({ 1: 1_299, 2: 1 })
  await loadAgain('catalogue', file)
  expect(await revisions()).toEqual({ 1: 1_299, 2: 1 })
  await expectWhole()
})

test('kill -9 of slipctl in the middle of a hathifile loses nothing, and the load called again completes it', async () => {
  const line = (id: string, rights: string) => {
    const columns: string[] = new Array(26).fill('')
    Object.assign(columns, { 0: `a.${id}`, 1: 'allow', 2: rights, 3: `r${id}`, 13: 'bib', 14: '2026-01-01 00:00:00' })
    return columns.join('\t')
  }
  const items = ids(5_000)
  const last = items.at(-1)!
  await known('rights', line(last, 'ic'))
  const file = fileOf('hathi.txt', ['no line of it', ...items.map((id) => line(id, 'pd'))])
  await killedAt(`slip_rights WHERE htid = 'a.${last}'`, 'rights', file, ['slip_rights', 3_999 + 1])
  expect(await revisions()).toEqual({ 1: 3_999 + 1 })
  expect(await load('rights', file)).toMatchObject({ code: 6, err: expect.stringContaining('LOCKED') })
  await loadAgain('rights', file)
  expect(await revisions()).toEqual({ 1: 4_999, 2: 1 })
  expect(await count('slip_rights WHERE attr = 1')).toBe(5_000)
  await expectWhole()
})
