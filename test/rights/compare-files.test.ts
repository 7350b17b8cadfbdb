import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { carryOver } from '../../src/rights/carry-over.ts'
import { compareFiles } from '../../src/rights/compare-files.ts'
import type { Pass } from '../../src/rights/context.ts'
import { loadRecords } from '../../src/rights/load-records.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { passOver, plantVolume, recordOf, rightsOf, writeRecords } from './pass.ts'
import { runTask } from './person.ts'

const day = 86_400_000
let library: Library
beforeEach(async () => {
  library = await openLibrary({
    config: {
      sources: {
        catalogue: { kind: 'records', files: ['catalogue/*'] },
        tree: { kind: 'repository', items: 'known', compare: '1d' },
      },
    },
  })
  for (const object of ['1', '2', '3']) plantVolume(library, 'a', object)
  await catalogueHas('1', recordOf('r1', ['a.1', 'a.2', 'a.3']))
})
afterEach(() => library.close())

async function catalogueHas(name: string, record: unknown): Promise<void> {
  writeRecords(library, `${name}.ndjson`, [record])
  const pass = passOver(library)
  await loadRecords(pass, 'catalogue', ['catalogue/*'])
  await carryOver(pass)
}
const folderOf = (object: string) => join(library.folder, 'pairtree/a/pairtree_root', object, object)
let clock = Date.parse('2026-01-01T00:00:00Z')
function replaceMets(object: string): void {
  clock += 1_000
  const file = join(folderOf(object), `${object}.mets.xml`)
  writeFileSync(file, '<mets/>')
  utimesSync(file, new Date(clock), new Date(clock))
}
async function compare(part: Partial<Pass> = { afresh: new Set(['tree']) }) {
  const pass = { ...passOver(library), ...part }
  await compareFiles(pass, 'tree', day)
  return pass.tally.of('tree').counts
}
const revs = async () => Promise.all(['a.1', 'a.2', 'a.3'].map(async (htid) => (await rightsOf(library, htid))?.rev))
const sql = (text: string) => library.state.db.query<{ value: string }>(text)
const watermark = async () => (await sql(`SELECT value FROM slip_watermark WHERE name = 'tree:compare'`))[0]?.value

test('the first look has nothing indexed again; what is replaced after it is UPDATED once', async () => {
  expect(await compare()).toMatchObject({ seen: 3, updated: 0, noop: 3 })
  expect(await revs()).toEqual([1, 1, 1])
  replaceMets('2')
  expect(await compare()).toMatchObject({ seen: 3, updated: 1, noop: 2 })
  expect(await compare()).toMatchObject({ seen: 3, updated: 0, noop: 3 })
  expect(await revs()).toEqual([1, 2, 1])
})

test('the first look finds what was replaced since it was indexed, and what could not be indexed', async () => {
  const row = (htid: string, rev: number, inputs: string) =>
    sql(`INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, inputs, time)
         VALUES ('main', '${htid}', 1, ${rev}, 1, ${rev === 0 ? `'absent', NULL` : `'indexed', '${'0'.repeat(32)}'`}, ${inputs}, CURRENT_TIMESTAMP)`)
  await row('a.1', 1, `'oldmets1.oldpages.....'`)
  await row('a.2', 0, 'NULL')
  await row('a.3', 1, 'NULL')
  expect(await compare()).toMatchObject({ updated: 2, noop: 1 })
  expect(await revs()).toEqual([2, 2, 1])
})

test('files that are gone change nothing, and are seen when they come', async () => {
  rmSync(folderOf('3'), { recursive: true })
  expect(await compare()).toMatchObject({ updated: 0, noop: 2, outOfScope: 1 })
  renameSync(folderOf('2'), join(library.folder, 'aside'))
  expect(await compare()).toMatchObject({ updated: 0, noop: 1, outOfScope: 2 })
  renameSync(join(library.folder, 'aside'), folderOf('2'))
  plantVolume(library, 'a', '3')
  expect(await compare()).toMatchObject({ updated: 1, noop: 2, outOfScope: 0 })
  expect(await revs()).toEqual([1, 1, 2])
})

test('what is withdrawn or available to nobody is not looked at', async () => {
  await sql(`UPDATE slip_rights SET attr = 8 WHERE htid = 'a.1'`)
  await sql(`UPDATE slip_rights SET withdrawn_at = insert_time WHERE htid = 'a.2'`)
  expect(await compare()).toMatchObject({ seen: 1 })
})

test('one comparison follows another in its time, or when a person wants it', async () => {
  expect(await compare({})).toMatchObject({ seen: 3 })
  expect(await watermark()).toBe('compared')
  replaceMets('1')
  expect(await compare({})).toMatchObject({ seen: 0 })
  expect(await runTask(library, 'tree', { kind: 'new' })).toMatchObject({ counts: { seen: 0 } })
  expect(await runTask(library, 'tree', { kind: 'all' })).toMatchObject({ flaw: null, counts: { seen: 3, updated: 1 } })
  const earlier = library.state.db.dialect === 'postgres' ? `interval '25 hours'` : 'INTERVAL 25 HOUR'
  await sql(`UPDATE slip_watermark SET cycle_at = cycle_at - ${earlier} WHERE name = 'tree:compare'`)
  expect(await compare({})).toMatchObject({ seen: 3 })
})

test('one that was broken off goes on behind the item it had reached', async () => {
  await compare({})
  await sql(`UPDATE slip_watermark SET value = 'after a.1' WHERE name = 'tree:compare'`)
  expect(await compare({})).toMatchObject({ seen: 2 })
  expect(await watermark()).toBe('compared')
  const stop = new AbortController()
  stop.abort()
  await sql(`UPDATE slip_watermark SET value = 'after a.1' WHERE name = 'tree:compare'`)
  expect(await compare({ stop: stop.signal })).toMatchObject({ seen: 0 })
  expect(await watermark()).toBe('after a.1')
})

test('between its pages others have their turn, and the next pass goes on', async () => {
  const items = Array.from({ length: 20_100 }, (_, at) => `b.${String(at).padStart(5, '0')}`)
  await catalogueHas('2', recordOf('r2', items.slice(0, 1)))
  const { db } = library.state
  const rows = items.slice(1).map((htid) => `('${htid}', '${'0'.repeat(32)}', 1, CURRENT_TIMESTAMP)`)
  for (let from = 0; from < rows.length; from += 5_000)
    await db.query(
      `INSERT INTO slip_rights (htid, digest, rev, insert_time) VALUES ${rows.slice(from, from + 5_000).join()}`,
    )
  const askAt = new Map<string, number>()
  expect(await compare({ atOnce: false, askAt })).toMatchObject({ seen: 20_000 })
  expect(await watermark()).toBe('after b.19996')
  expect(await compare({ atOnce: false, askAt })).toMatchObject({ seen: 103 })
  expect(await compare({ atOnce: false, askAt })).toMatchObject({ seen: 0 })
})

test('while the repository is away nothing is compared, and the comparison stays due', async () => {
  renameSync(join(library.folder, 'pairtree'), join(library.folder, 'away'))
  await expect(compare({})).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' })
  expect(await watermark()).toBeUndefined()
  renameSync(join(library.folder, 'away'), join(library.folder, 'pairtree'))
  expect(await compare({})).toMatchObject({ seen: 3 })
})

test('the first look at an item that is being indexed is not noted: its document may be of the files of before', async () => {
  await sql(`INSERT INTO slip_queue (target, htid, seq, lane, state, action, shard, rev, gen, fence, attempts, enqueued_at, reason,
                                     claim_token, claimed_rev, claimed_gen, pid, host)
             VALUES ('main', 'a.2', 1, 1, 1, 'index', 1, 1, 1, 1, 1, CURRENT_TIMESTAMP, 'test',
                     '00000000-0000-0000-0000-000000000001', 1, 1, 1, 'h')`)
  expect(await compare()).toMatchObject({ updated: 0, noop: 3 })
  await sql('DELETE FROM slip_queue')
  await sql(`INSERT INTO slip_indexed (target, htid, shard, rev, fence, presence, digest, inputs, time)
             VALUES ('main', 'a.2', 1, 1, 1, 'indexed', '${'0'.repeat(32)}', 'oldmets1.oldpages.....', CURRENT_TIMESTAMP)`)
  expect(await compare()).toMatchObject({ updated: 1, noop: 2 })
})
