import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readWatermark, writeWatermark } from '../../src/state/control/watermark.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { runOnce } from '../daemon/processes.ts'
import { slipctl } from './slipctl.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
  library.lay('day-1')
  for (const stage of ['rights', 'enqueue'] as const) await runOnce(stage, library.configFile)
})
afterAll(() => library.close())

const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])
const json = async (...args: string[]) => JSON.parse((await ctl(...args, '--json')).out)
const value = async () =>
  (await library.state.db.query(`SELECT value FROM slip_watermark WHERE stage = 'enqueue'`))[0]?.value as string
const set = (...args: string[]) => ctl('watermark', 'set', ...args)

test('watermarks are shown, and what moved them', async () => {
  const { code, out } = await ctl('watermark', 'show')
  expect(code).toBe(0)
  expect(out).toMatch(/^ {2}enqueue +main +2\S+Z +\d+ min +\d+ s ago +\d+ s ago$/m)
  expect(out).toMatch(/^ {2}rights +catalogue:\S+ /m)
  const { moves } = await json('watermark', 'show', '--history')
  expect(moves).toContainEqual(expect.objectContaining({ stage: 'enqueue', name: 'main', movedBy: 'pass' }))
  expect((await json('watermark', 'show', '--history', '--tail', '1')).moves).toHaveLength(1)
})

test('a watermark is set back with a reason, which the history keeps with who it was', async () => {
  expect(await set('enqueue', 'main', '2026-03-01 08:00')).toMatchObject({
    code: 2,
    err: expect.stringContaining('watermark set needs a --reason'),
  })
  const done = await set('enqueue', 'main', '2026-03-01 08:00', '--reason', 'queue restored')
  expect(done).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^enqueue main: 2026-03-01T08:00:00.000000Z, before /),
  })
  const by = `${userInfo().username}@${hostname()}`
  expect((await ctl('watermark', 'show', '--history', '--tail', '1')).out).toMatch(
    new RegExp(`enqueue +main +2026-03-01T08:00:00.000000Z +set +${by} +queue restored$`, 'm'),
  )
  // forward: what lies between is left to the sweep, and that is said
  expect((await set('enqueue', 'main', '2026-03-02', '--reason', 'r')).err).toMatch(/passed over: the sweep finds them/)
})

test.each([
  ['ahead of the clock', ['enqueue', 'main', '2999-01-01'], 'lies ahead of the clock of the database'],
  ['no time', ['enqueue', 'main', 'soon'], 'a time is wanted'],
  ['no target', ['enqueue', 'mine', '2026-03-01'], 'is no target; known: main'],
  ['no stage', ['sweep', 'main', 'x'], 'rights, enqueue'],
  ['no file that was read', ['rights', 'catalogue:/typo', 'unread'], 'is none: a file has one once it was read'],
])('set refuses what is %s, and sets nothing', async (_, args, sentence) => {
  const before = await value()
  expect(await set(...args, '--reason', 'r')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining(sentence),
  })
  expect(await value()).toBe(before)
})

test('a backup is restored whole, or not at all', async () => {
  const file = join(library.folder, 'watermarks.json')
  const before = await value()
  expect((await ctl('watermark', 'backup', file)).out).toMatch(/^\d+ watermarks in /)
  await set('enqueue', 'main', '2026-01-01', '--reason', 'r')
  const { code, out } = await ctl('watermark', 'restore', file)
  expect(code).toBe(0)
  expect(out).toMatch(/^enqueue +main +2026-01-01T\S+ +2026-03-02T/m)
  expect(await value()).toBe(before)
  expect((await json('watermark', 'show', '--history', '--tail', '50')).moves).toContainEqual(
    expect.objectContaining({ movedBy: 'restore', name: 'main', reason: expect.stringMatching(/^backup of 2/) }),
  )

  const backup = JSON.parse(readFileSync(file, 'utf8'))
  const bad = { ...backup, watermarks: [...backup.watermarks, { stage: 'enqueue', name: 'main', value: '2999-01-01' }] }
  writeFileSync(file, JSON.stringify(bad))
  await set('enqueue', 'main', '2026-01-01', '--reason', 'r')
  const moves = (await json('watermark', 'show', '--history')).moves.length
  expect(await ctl('watermark', 'restore', file)).toMatchObject({ code: 2, out: '' })
  expect(await value()).toMatch(/^2026-01-01/)
  expect((await json('watermark', 'show', '--history')).moves).toHaveLength(moves)
})

test('a backup made while a file was broken off can be restored', async () => {
  const file = join(library.folder, 'broken-off.json')
  mkdirSync(join(library.folder, 'catalogue/folder.ndjson'))
  await runOnce('rights', library.configFile)
  await ctl('watermark', 'backup', file)
  expect(readFileSync(file, 'utf8')).toContain('"broken off it is a folder"')
  expect(await ctl('watermark', 'restore', file)).toMatchObject({ code: 0, err: '' })
})

test('whatever stage rights keeps can be restored', async () => {
  const kept = {
    'books:feed': 'none reading since none from 20260301 seen 20260228 at AoE=',
    'rights:feed': '2026-03-01 08:15:00.000001',
    'held:changes': '7 with 3 rows',
    'held:compare': 'large none, after mdp.39015012345678',
    'grouped:compare': `large ${'0a'.repeat(16)}, compared`,
    'tree:compare': 'after mdp.39015012345678',
    tree: '12 items',
  }
  for (const [name, text] of Object.entries(kept))
    await library.state.db.transaction((tx) => writeWatermark(tx, 'rights', name, text))
  const file = join(library.folder, 'kept.json')
  await ctl('watermark', 'backup', file)
  for (const name of Object.keys(kept))
    await library.state.db.transaction((tx) => writeWatermark(tx, 'rights', name, 'unread'))
  expect(await ctl('watermark', 'restore', file)).toMatchObject({ code: 0, err: '' })
  for (const [name, text] of Object.entries(kept))
    expect(await readWatermark(library.state.db, 'rights', name), name).toBe(text)
})

test.each(['', '{}', '[]', '{"kind":"slip-watermarks","takenAt":"x","watermarks":[{"stage":1}]}'])(
  'a file of %j is no backup',
  async (text) => {
    const file = join(library.folder, 'bad.json')
    writeFileSync(file, text)
    expect(await ctl('watermark', 'restore', file)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^slipctl: USAGE: \S+bad.json is not a backup of watermarks: .*$/m),
    })
  },
)

test('a backup that cannot be written or is not there is told', async () => {
  expect(await ctl('watermark', 'backup', '/nowhere/file')).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be written'),
  })
  expect(await ctl('watermark', 'restore', '/nowhere/file')).toMatchObject({
    code: 2,
    err: expect.stringContaining('ENOENT'),
  })
})
