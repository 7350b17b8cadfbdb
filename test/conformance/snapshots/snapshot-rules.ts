import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { applyTargets } from '../../../src/ctl/apply-targets.ts'
import { markerChore } from '../../../src/daemon/chores/marker.ts'
import { EventBus } from '../../../src/events/bus.ts'
import { readPauses } from '../../../src/state/control/pause.ts'
import { slipctl } from '../../ctl/slipctl.ts'
import { type Library, openLibrary } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { misfitsOf } from '../../docs/shape.ts'
import { doChore } from '../../state/do-chore.ts'

export interface SnapshotSubject {
  /** Has room for an index and its snapshots; what the configuration says of a target there. */
  open(): Promise<Readonly<Record<string, unknown>>>
  /** The index of a shard is gone, as when its disk is. */
  lose(shard: number): Promise<void>
  /** What the engine says of a name that is taken, and of one that it does not know. */
  readonly taken: RegExp
  readonly unknown: RegExp
  close(): Promise<void>
}

/** What slipctl does with the snapshots of an engine, through to an index that is true again. */
export function snapshotRules(name: string, tested: SnapshotSubject): void {
  describe(`snapshots on ${name}`, () => {
    let library: Library
    beforeAll(async () => {
      const main = { ...(await tested.open()), shards: 2, lease: '1m', overlap: '200s' }
      library = await openLibrary({ config: { targets: { main } } })
    }, 240_000)
    afterEach(endAll)
    afterAll(async () => {
      await library?.close()
      await tested.close()
    })

    const index = (...args: string[]) => slipctl(['index', ...args, '--config', library.configFile])
    const pauseOf = (verb: 'pause' | 'resume', ...more: string[]) =>
      slipctl([verb, 'target:main', ...more, '--config', library.configFile])
    const runStages = async () => {
      for (const stage of ['rights', 'enqueue', 'index'] as const)
        expect([stage, (await runOnce(stage, library.configFile)).code]).toEqual([stage, 0])
    }
    const shardStates = async () => {
      const rows = await library.state.db.query<{ state: string; reason: string }>(
        `SELECT state, reason FROM slip_shard WHERE target = 'main' ORDER BY shard`,
      )
      return rows.map(({ state, reason }) => `${state}: ${reason}`)
    }
    const mark = async () => {
      const { db } = library.state
      await doChore(
        db,
        markerChore({ db, engine: library.engine, target: { name: 'main', shards: 2 } }, new EventBus()),
      )
    }
    const isPaused = async () => (await readPauses(library.state.db)).length > 0
    const counts = () => Promise.all([1, 2].map((shard) => library.engine.count(shard)))

    test('an index that is set back is behind, though no marker tells; repaired, it is true to all that came since', async () => {
      library.lay('day-1')
      await runStages()
      for (const _ of ['said', 'sent']) await mark()
      const before = await counts()
      const kept = await index('snapshot', 'day-1')
      expect(kept).toMatchObject({ code: 0, out: 'main: 2 shards kept as snapshot day-1\n' })
      library.lay('day-2')
      await runStages()
      expect(await library.violations()).toEqual([])

      const asked = await index('restore', 'day-1')
      expect([asked.code, asked.out]).toEqual([
        2,
        expect.stringContaining('2 shards would be set back to snapshot day-1'),
      ])
      expect(await shardStates()).toEqual(['open: ', 'open: '])
      await pauseOf('pause', '--reason', 'a new disk')
      const restored = await index('restore', 'day-1', '--yes')
      expect([restored.code, restored.out]).toEqual([
        0,
        expect.stringMatching(
          /^main\/1: set back to snapshot day-1, behind: .*\nmain\/2: .*\nNext: .* index repair main\n$/,
        ),
      ])
      // it was a person's
      expect([await isPaused(), restored.err]).toEqual([true, expect.stringContaining('target:main stays paused')])
      await pauseOf('resume')
      expect(await counts()).toEqual(before)
      const setBack = expect.stringMatching(/^behind: the shard was set back to snapshot day-1: its marker is of 20/)
      expect(await shardStates()).toEqual([setBack, setBack])
      expect(await library.violations()).not.toEqual([])

      expect(await index('repair', 'main')).toMatchObject({ code: 0 })
      await runStages()
      expect(await shardStates()).toEqual(['open: ', 'open: '])
      expect(await library.violations()).toEqual([])
    }, 300_000)

    test('a name that is taken is not taken twice, in the words of the engine', async () => {
      const { code, err } = await index('snapshot', 'day-1')
      expect([code, err]).toEqual([2, expect.stringMatching(/^slipctl: SNAPSHOT_FAILED: /m)])
      expect(err).toMatch(tested.taken)
    })

    test('a snapshot that is not there is told in the words of the engine; the index stays, and the target paused', async () => {
      const { code, err } = await index('restore', 'day-0', '--yes')
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/target:main stays paused; .*\n(.*\n)*slipctl: SNAPSHOT_FAILED: /),
      ])
      expect(err).toMatch(tested.unknown)
      expect(await isPaused()).toBe(true)
      expect(await shardStates()).toEqual(['open: ', 'open: '])
      expect(await library.violations()).toEqual([])
    })

    test('an index that was lost is made anew and set back; the pause that a failed restore left ends', async () => {
      await tested.lose(1)
      await applyTargets(library.config, library.state)
      expect(await isPaused()).toBe(true)
      const { code, out } = await index('restore', 'day-1', '--yes', '--json')
      expect([code, misfitsOf('index restore', JSON.parse(out))]).toEqual([0, []])
      expect(await isPaused()).toBe(false)
      expect(await index('repair', 'main')).toMatchObject({ code: 0 })
      await runStages()
      expect(await library.violations()).toEqual([])
      const kept = await index('snapshot', 'whole', '--json')
      expect([kept.code, misfitsOf('index snapshot', JSON.parse(kept.out))]).toEqual([0, []])
    }, 300_000)
  })
}
