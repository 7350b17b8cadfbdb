import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Library, openLibrary } from '../daemon/library.ts'
import { runOnce } from '../daemon/processes.ts'
import { claimBucket, settleAll, worker } from '../state/fixture.ts'

const data = resolve(import.meta.dirname, '../../../shared/data/hathifiles/hathifiles_database')

let library: Library
beforeAll(async () => {
  library = await openLibrary({ config: { sources: { rights: { kind: 'hathifiles', files: ['rights/*.txt.gz'] } } } })
})
afterAll(() => library.close())

test.skipIf(!existsSync(data))(
  'of the real hathifiles, full and then update, exactly the ten changed rows are queued (skipped where ../shared/data is absent)',
  async () => {
    const { db } = library.state
    const day = async (name: string) => {
      copyFileSync(join(data, name), join(library.folder, 'rights', name))
      for (const stage of ['rights', 'enqueue'] as const) await runOnce(stage, library.configFile)
      const rows = await db.query<{ htid: string }>('SELECT htid FROM slip_queue ORDER BY htid')
      await settleAll(db, await claimBucket(db, await worker(db), { batch: 200 }))
      return rows.map(({ htid }) => htid)
    }
    const idsOf = (name: string) =>
      gunzipSync(readFileSync(join(data, name)))
        .toString()
        .split('\n')
        .flatMap((line) => (line === '' ? [] : (line.split('\t')[0] as string)))
    const full = 'hathi_full_20250101.txt.gz'
    expect(await day(full)).toEqual(idsOf(full).sort())
    expect(await day('hathi_upd_20250101.txt.gz')).toEqual(idsOf(full).slice(0, 10).sort())
  },
)
