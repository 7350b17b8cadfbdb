import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTargetEngine } from '../../../src/daemon/engines.ts'
import { removeServerFiles } from '../../../src/embedded-postgres/server.ts'
import { checkAtRest } from '../../../src/state/audit/invariants.ts'
import { contentOf } from '../../daemon/library.ts'
import { misfitsOf } from '../../docs/shape.ts'
import { Demo, daemonsOf, stateOf } from './demo-process.ts'

const root = resolve(import.meta.dirname, '../../..')
const expected = JSON.parse(readFileSync(join(root, 'samples/library/expected.json'), 'utf8'))
const volumes = join(root, '../shared/data/volumes/sdr1/obj')
const catalogue = join(root, '../shared/data/catalog/solr-catalog/full-output-catalog-index.json')

let data: string
let sample: string
beforeAll(() => {
  data = realpathSync(mkdtempSync(join(tmpdir(), 'slip-demo-')))
  sample = join(data, 'sample')
})
afterAll(async () => {
  await new Demo(data, '--stop').exit
  for (const name of readdirSync(data)) await removeServerFiles(join(data, name, 'postgres'))
  rmSync(data, { recursive: true })
})

async function demo(...args: string[]) {
  const run = new Demo(data, ...args)
  const code = await run.exit
  return { run, code, result: args.includes('--json') && code === 0 ? run.result : {} }
}

/** Invariants of a library at rest, and how often anything was indexed. */
async function inspect(folder: string) {
  const { config, state } = await stateOf(folder)
  const { engine, close } = await openTargetEngine(config, state, 'main')
  try {
    const violations = await checkAtRest(state.db, 'main', contentOf(engine, 2))
    const [row] = await state.db.query<{ n: string }>('SELECT sum(indexed_ct) AS n FROM slip_indexed')
    const errors = await state.db.query(
      `SELECT code, htid FROM slip_errors WHERE resolved_at IS NULL ORDER BY htid COLLATE "C"`,
    )
    return { violations, indexedCount: Number(row?.n), errors }
  } finally {
    await close()
    await state.close()
  }
}

describe('the sample library', () => {
  test('ends at rest with exactly the planted troubles, finds its word, and leaves nothing running', async () => {
    const { code, result } = await demo('--json')
    const { items, indexed, deleted, pages, search } = expected
    expect(code).toBe(0)
    expect(result).toMatchObject({ items, indexed, deleted, errors: 3, pages, search })
    expect(misfitsOf('demo', result)).toEqual([])
    expect(daemonsOf(sample)).toEqual([])
    expect(existsSync(join(sample, 'postgres/data/postmaster.pid'))).toBe(false)
    const { violations, errors } = await inspect(sample)
    expect(violations).toEqual([])
    const planted = Object.entries(expected.errors as Record<string, string>).map(([errorCode, htid]) => ({
      code: errorCode,
      htid,
    }))
    expect(errors).toEqual(planted.toSorted((a, b) => (a.htid < b.htid ? -1 : 1)))
  })

  describe('run again from the same data', () => {
    let before: Awaited<ReturnType<typeof inspect>>
    let again: Awaited<ReturnType<typeof demo>>
    beforeAll(async () => {
      before = await inspect(sample)
      again = await demo()
    })

    test('it re-indexes nothing', async () => {
      expect(again.code).toBe(0)
      expect(again.run.out.join('\n')).toContain('the database of the last demo')
      expect(await inspect(sample)).toEqual(before)
    })

    test('it prints each count with the SQL that made it, and next steps that exist', () => {
      const text = again.run.out.join('\n')
      expect(text).toMatch(
        /SELECT htid, code, attempts, message\n {2}FROM slip_errors WHERE resolved_at IS NULL ORDER BY htid\n {2}→ htid demo1\.trouble_no_mets, code METS_MISSING/,
      )
      expect(text).toMatch(/PAGE_MISSING: Add the page file/)
      const files = [...text.matchAll(/^ {2}node (\S+\.cjs) .* --config (\S+)$/gm)]
      expect(files.length).toBeGreaterThanOrEqual(5)
      for (const [, bin, config] of files)
        for (const file of [bin, config]) expect(existsSync(resolve(file as string))).toBe(true)
    })
  })
})

describe('faults', () => {
  test('kill -9 of slip-index during the demo: it is started again and every item ends indexed or in errors', async () => {
    const run = new Demo(data, '--fresh', '--keep')
    await run.says('run, each a process of its own')
    const killed = daemonsOf(sample)
    expect(killed.length).toBe(3)
    process.kill(killed[2] as number, 'SIGKILL')
    await run.says('slip-index was ended by SIGKILL')
    expect(await run.exit).toBe(0)
    expect(run.out).toContainEqual(expect.stringMatching(`slipctl.cjs demo --stop --data ${data}$`))
    expect(daemonsOf(sample).length).toBe(3)
    const { violations, errors } = await inspect(sample)
    expect(violations).toEqual([])
    expect(errors.length).toBe(3)
  })

  test('what --keep left running is ended by --stop, and the server with it', async () => {
    expect(daemonsOf(sample).length).toBe(3)
    const { code, run } = await demo('--stop', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(run.out.at(-1) as string)).toEqual({ stopped: [{ library: 'sample', daemons: 3 }] })
    expect(run.err).toContain('sample: ended 3 daemons')
    expect(daemonsOf(sample)).toEqual([])
    expect(existsSync(join(sample, 'postgres/data/postmaster.pid'))).toBe(false)
  })

  test('kill -9 of the demo itself: the next one ends what was left and finishes', async () => {
    const first = new Demo(data, '--fresh')
    await first.says('run, each a process of its own')
    first.process.kill('SIGKILL')
    await first.exit
    expect(daemonsOf(sample).length).toBe(3)
    const { code, run } = await demo('--json')
    expect(code).toBe(0)
    expect(run.err.join('\n')).toContain('ending 3 daemons of an earlier demo')
    expect(run.result).toMatchObject({ items: expected.items, indexed: expected.indexed, errors: 3 })
    expect(daemonsOf(sample)).toEqual([])
    expect((await inspect(sample)).violations).toEqual([])
  })

  test('SIGINT stops the daemons and ends with exit code 5; nothing is left running', async () => {
    const run = new Demo(data, '--fresh')
    await run.says('run, each a process of its own')
    run.process.kill('SIGINT')
    expect(await run.exit).toBe(5)
    expect(run.out.join('\n')).not.toMatch(/at rest after|day 2|SELECT/)
    expect(run.out.at(-1)).toBe('the same command without --fresh goes on')
    expect(daemonsOf(sample)).toEqual([])
    expect(existsSync(join(sample, 'postgres/data/postmaster.pid'))).toBe(false)
  })

  test('a demo that is paused says so, and goes on when it is resumed; another meanwhile says who is there and ends with exit code 6', async () => {
    const { state } = await stateOf(sample)
    await state.db.query(`INSERT INTO slip_control (scope, name, paused_at) VALUES ('all', '', now())`)
    const run = new Demo(data)
    const said = await run.says('paused: all')
    expect(said).toMatch(/ resume SCOPE --config /)
    const second = await demo()
    expect(second.code).toBe(6)
    expect(second.run.err.join('\n')).toMatch(new RegExp(`LOCKED: another demo \\(process ${run.process.pid}\\) uses`))
    await state.db.query('DELETE FROM slip_control')
    await state.close()
    expect(await run.exit).toBe(0)
    expect((await inspect(sample)).violations).toEqual([])
  })

  test('a data folder that cannot be made is one clear sentence', async () => {
    const file = join(data, 'file')
    writeFileSync(file, '')
    const run = new Demo(file)
    expect(await run.exit).toBe(2)
    expect(run.err.join('\n')).toMatch(
      /^slipctl: FOLDER_UNUSABLE: the demo keeps its data in .*\/file\/sample, which cannot be written/,
    )
    expect(run.err.join('\n')).not.toMatch(/ {4}at /)
    rmSync(file)
  })

  test('--fresh empties no folder that a demo did not make', async () => {
    const folder = join(data, 'theirs')
    mkdirSync(join(folder, 'sample'), { recursive: true })
    writeFileSync(join(folder, 'sample', 'mine.txt'), 'mine')
    const run = new Demo(folder, '--fresh')
    expect(await run.exit).toBe(2)
    expect(run.err.join('\n')).toMatch(/^slipctl: FOLDER_UNUSABLE: .* what is there is no demo's/)
    expect(readFileSync(join(folder, 'sample', 'mine.txt'), 'utf8')).toBe('mine')
    rmSync(folder, { recursive: true })
  })

  test('a pairtree that is not there is one clear sentence', async () => {
    const { code, run } = await demo('--pairtree', join(data, 'nowhere'))
    expect(code).toBe(2)
    expect(run.err.join('\n')).toMatch(/USAGE: there is no folder .*nowhere/)
  })
})

test('the real volumes: five indexed, four without a record, the rest of the catalogue out of scope', async ({
  skip,
}) => {
  if (!existsSync(volumes) || !existsSync(catalogue)) skip('../shared/data is not there')
  const { code, run, result } = await demo('--pairtree', volumes, '--catalogue', catalogue, '--json')
  expect(code).toBe(0)
  expect(result).toMatchObject({ items: 9, indexed: 5, deleted: 0, errors: 4, pages: 2326 })
  const text = run.err.join('\n')
  expect(text).toContain('out of scope: 20874 items of the catalogue')
  expect(text).toContain('rights.default is 1 (pd)')
  expect(text).toMatch(/RECORD_MISSING: Load its catalogue record/)
  const folder = readdirSync(data).find((name) => name.startsWith('obj-'))
  expect((await inspect(join(data, folder as string))).violations).toEqual([])
})
