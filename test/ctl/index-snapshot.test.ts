import { afterAll, beforeAll, expect, test } from 'vitest'
import { takeDuty } from '../../src/state/control/duty.ts'
import { readPauses } from '../../src/state/control/pause.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import { slipctl } from './slipctl.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library?.close())

const index = (...args: string[]) => slipctl(['index', ...args, '--config', library.configFile])
const pauses = async () => (await readPauses(library.state.db)).length

test('an engine that keeps no snapshots is told, with what keeps and restores its index', async () => {
  const { code, out, err } = await index('snapshot', 'nightly')
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(
    /^slipctl: SNAPSHOT_UNSUPPORTED: .*: pg_dump --format=custom --schema=index_main --file=main-nightly.dump \S+;/m,
  )
  expect(err).toMatch(/set back with: pg_restore --clean --if-exists --dbname=\S+ main-nightly.dump$/m)
  const restored = await index('restore', 'nightly', '--yes')
  expect([restored.code, restored.err]).toEqual([2, expect.stringContaining('SNAPSHOT_UNSUPPORTED')])
  await slipctl(['resume', 'target:main', '--config', library.configFile])
})

test('a restore is told and not done without --yes, and nothing is paused', async () => {
  const { code, out } = await index('restore', 'nightly')
  expect([code, out]).toEqual([2, expect.stringContaining('main: 2 shards would be set back to snapshot nightly')])
  const dry = await index('restore', 'nightly', '--dry-run', '--json')
  expect([dry.code, JSON.parse(dry.out)]).toEqual([0, { dryRun: true, target: 'main', snapshot: 'nightly', shards: 2 }])
  expect(await pauses()).toBe(0)
})

test('a restore beside another is refused with 6, and nothing is paused', async () => {
  await takeDuty(library.state.db, 'restore:main', '11111111-1111-4111-8111-111111111111', 60_000)
  const { code, err } = await index('restore', 'nightly', '--yes')
  expect([code, err]).toEqual([6, expect.stringMatching(/^slipctl: LOCKED: target main is being set back/)])
  expect(await pauses()).toBe(0)
})

test.each(['Nightly', '../x', 'a b', ''])('a name %j that an engine would not take is refused', async (name) => {
  for (const verb of ['snapshot', 'restore'])
    expect(await index(verb, name)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not a name for a snapshot'),
    })
})
