import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Events } from '../../src/events/events.ts'
import { Forcing } from '../../src/rights/force.ts'
import type { Database } from '../../src/state/connection.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { endAll, runOnce, start } from '../daemon/processes.ts'
import { change } from '../state/fixture.ts'
import { passOver } from './pass.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary()
})
afterEach(async () => {
  await endAll()
  await library.close()
})

const many = Array.from({ length: 1_500 }, (_, at) => `a.${at}`)
const never = new AbortController().signal

function listOf(...lines: string[]): string {
  const file = join(library.folder, 'ids.txt')
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  return file
}

/** How many items have each revision. */
async function revisions(): Promise<Record<string, number>> {
  const sql = 'SELECT rev, count(*) AS items FROM slip_rights GROUP BY rev'
  const rows = await library.state.db.query<{ rev: number; items: number }>(sql)
  return Object.fromEntries(rows.map(({ rev, items }) => [rev, Number(items)]))
}

/** A pass whose events about items that were not forced are kept. */
function passTold() {
  const pass = passOver(library)
  const told: Events['rights.not-forced']['items'][number][] = []
  pass.bus.subscribe((event, fields) => {
    if (event === 'rights.not-forced') told.push(...(fields as Events['rights.not-forced']).items)
  })
  return { pass, told }
}

const rightsOnce = (...args: string[]) => runOnce('rights', library.configFile, '--force', ...args)

test('all ids of a file are forced once, with those that were typed, whichever way they are written', async () => {
  await change(library.state.db, many)
  const file = listOf('# some', 'A.1', '', ...many)
  const { code, events } = await rightsOnce('A.3', '--ids-file', file)
  expect(code).toBe(0)
  expect(events).toContainEqual(expect.objectContaining({ event: 'rights.pass', forced: 1_500 }))
  expect(await revisions()).toEqual({ 2: 1_500 })
})

test('what is no id and what has no rights row is told with its line and counted, and the others are forced', async () => {
  await change(library.state.db, many)
  const { pass, told } = passTold()
  const forcing = new Forcing({ ids: ['b.1', 'no id'], file: listOf('a.1', 'b 2', 'b.3') }, never)
  await expect(forcing.run(pass)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/^4 of the items named were not forced: .*line 2: "b 2" .*"b\.1" has no rights row/),
  })
  expect(told).toEqual([
    { id: 'no id', why: expect.any(String) },
    { id: 'b 2', line: 2, why: expect.any(String) },
    { id: 'b.1', why: 'has no rights row' },
    { id: 'b.3', why: 'has no rights row' },
  ])
  expect(await revisions()).toEqual({ 1: 1_499, 2: 1 })
  await forcing.run(pass)
  expect(await revisions()).toEqual({ 1: 1_499, 2: 1 })
  expect((await rightsOnce('b 2')).words).toMatch(/ITEM_ID_INVALID: 1 of .*"b 2"/)
})

test('of very many that were not forced the first are in the message, and all in the log', async () => {
  const { pass, told } = passTold()
  const failed = new Forcing({ ids: [], file: listOf(...many) }, never).run(pass)
  await expect(failed).rejects.toThrow(/^1500 of the items .*"a\.19" has no rights row; and 1480 more, which the log/)
  expect(told.map(({ id }) => id)).toEqual(many)
})

test('after a failure of the database the page that failed is forced, and none before it twice', async () => {
  await change(library.state.db, many)
  const { pass } = passTold()
  let calls = 0
  const db: Database = {
    ...pass.db,
    transaction: (work) => {
      if (++calls === 2) throw new Error('away')
      return pass.db.transaction(work)
    },
  }
  const forcing = new Forcing({ ids: [], file: listOf(...many) }, never)
  await expect(forcing.run({ ...pass, db })).rejects.toThrow('away')
  expect(await revisions()).toEqual({ 1: 500, 2: 1_000 })
  await forcing.run({ ...pass, db })
  expect(await revisions()).toEqual({ 2: 1_500 })
})

test('ids come from standard input; a daemon that waits for more of them stops when it is told to, and says how far it came', async () => {
  await change(library.state.db, many)
  const daemon = start('rights', library.configFile, '--once', '--force', '--ids-file', '-')
  daemon.process.stdin?.write(['b.1', ...many.slice(0, 999)].map((id) => `${id}\n`).join(''))
  expect(await daemon.event('rights.not-forced')).toMatchObject({ items: [{ id: 'b.1' }] })
  daemon.kill('SIGTERM')
  expect(await daemon.exit).toEqual({ code: 0, signal: null })
  expect(daemon.events).toContainEqual(
    expect.objectContaining({
      event: 'daemon.warning',
      message: expect.stringContaining('after 999 items of --force'),
    }),
  )
  const whole = start('rights', library.configFile, '--once', '--force', '--ids-file', '-')
  whole.process.stdin?.end(many.slice(999).join('\n'))
  expect(await whole.exit).toEqual({ code: 0, signal: null })
  expect(await revisions()).toEqual({ 2: 1_500 })
})

test('a command line that names nothing, or a file that cannot be read, ends before a source is read', async () => {
  mkdirSync(join(library.folder, 'folder'))
  for (const [args, words] of [
    [['--force'], /USAGE: name ids after --force/],
    [['--ids-file', 'x'], /USAGE: --ids-file goes with --force/],
    [['--force', '--ids-file', 'x'], /USAGE: --ids-file cannot be read: ENOENT/],
  ] as const) {
    const ended = await runOnce('rights', library.configFile, ...args)
    expect(ended).toMatchObject({ code: 2, events: [], words: expect.stringMatching(words) })
  }
  const folder = await rightsOnce('--ids-file', join(library.folder, 'folder'))
  expect(folder).toMatchObject({ code: 2, words: expect.stringMatching(/USAGE: --ids-file cannot be read: EISDIR/) })
})
