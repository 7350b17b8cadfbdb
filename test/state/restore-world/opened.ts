import { afterAll, beforeAll, beforeEach } from 'vitest'
import { compareShards } from '../../../src/daemon/restore/compare-shards.ts'
import { World } from './world.ts'

/** The world of a test file; a new one for each file, emptied before each test. */
export let world: World

export function openWorldForFile(): void {
  beforeAll(async () => {
    world = await World.open()
  })
  beforeEach(() => world.clear())
  afterAll(() => world.close())
}

/** Of an adopt. */
export const options = { dryRun: false, removeUnowned: false }

export const rows = (sql: string) => world.db.query(sql)
export const aheadOf = async () => (await compareShards(world.pair)).findings.filter(({ kind }) => kind === 'ahead')
export const shardOf = async (htid: string) =>
  (await rows(`SELECT shard FROM slip_indexed WHERE htid = '${htid}'`))[0]?.shard as number
/** A fence of an hour from now. */
export const future = () => Date.now() * 1000 + 3_600_000_000

export const some = (name: string) => Array.from({ length: 20 }, (_, n) => `${name}.${n}`)
/** Where World.indexed puts it. */
export const oneIn = (shard: number, htids: readonly string[]) => htids[shard - 1] as string
