import { expect, test } from 'vitest'
import { adopt } from '../../src/operations/adopt.ts'
import { sweepPage } from '../../src/state/audit/sweep.ts'
import { backUp } from './restore-world/copy.ts'
import { openWorldForFile, options, world } from './restore-world/opened.ts'

const ids = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}.${n}`)

openWorldForFile()

const [stay, changed, added, deleted] = [ids('stay', 30), ids('changed', 50), ids('added', 50), ids('deleted', 20)]

/** A database that is older than its engine by 50 items changed, 50 added and 20 deleted. */
async function restoredDatabase() {
  await world.indexed([...stay, ...changed, ...deleted])
  expect(await world.violations()).toEqual([])
  const restore = await backUp(world.db)
  world.say(changed, { title: 2 })
  world.say(added, { title: 1 })
  world.say(deleted, { attr: 8 })
  await world.run()
  expect(await world.violations()).toEqual([])
  await restore()
}

for (const order of ['before', 'after'] as const) {
  test(`a database restored from a backup is whole again when it was adopted ${order} the sources were read again`, async () => {
    await restoredDatabase()
    // one of them changes again, to what neither side ever saw, and comes to the revision that the engine holds of it
    world.say(['changed.0'], { title: 3 })
    if (order === 'after') {
      await world.readSources()
      await world.sweep()
    }
    expect(await (await world.worker()).run()).toBe(0)
    expect(await world.shardStates()).toEqual(['ahead', 'ahead'])
    const unowned: string[] = []
    const adopted = await adopt(world.pair, { ...options, onUnowned: (htid) => unowned.push(htid) })
    expect(adopted).toMatchObject({
      items: 150,
      differing: 100,
      missing: order === 'before' ? 20 : 0,
      raised: 0,
      strays: 0,
    })
    expect(unowned.sort()).toEqual(order === 'before' ? [...added].sort() : [])
    expect(await world.shardStates()).toEqual(['open', 'open'])
    await world.run()
    expect(await world.violations()).toEqual([])
  })
}

test('an adopt that changed something lets the sweep begin anew, one that changed nothing or only looks lets it rest', async () => {
  const page = () => world.db.transaction((tx) => sweepPage(tx, 'main', 1_000, 3_600_000))
  await world.indexed(stay)
  await page()
  await world.engine.remove(1, [{ id: 'stay.0', fence: Date.now() * 1000 + 3_600_000_000, rev: 1 }])
  await adopt(world.pair, { ...options, dryRun: true })
  expect(await page()).toBeNull()
  expect(await adopt(world.pair, options)).toMatchObject({ missing: 1 })
  expect(await page()).toMatchObject({ enqueued: 1, whole: true })
  await adopt(world.pair, options)
  expect(await page()).toBeNull()
})
