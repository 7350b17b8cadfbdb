import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes } from '../../../src/daemon/exit-codes.ts'
import { withClient } from '../../../src/embedded-postgres/database.ts'
import { schemaOf } from '../../../src/shards/embedded/server.ts'
import type { Database } from '../../../src/state/connection.ts'
import { runSlipctl } from '../requests.ts'
import { indexName, shards, target, type World } from '../world.ts'
import { always, type Fault } from './fault.ts'

/** All that a shard holds is gone, its durability marker too. The shard is told to be behind, and is repaired. */
export const shardEmptied: Fault = {
  kind: 'shard-emptied',
  takes: ['index', 'database', 'processes'],
  lasts: [0, 1_000],
  applies: always,
  strike: async (world, random) => {
    const shard = random.whole(1, shards)
    const { state, indexServer } = world
    const marked = await untilRestarts(world, () => isMarked(state.db, shard))
    if (!marked) return { what: `shard ${shard} has no marker yet`, heal: async () => false }
    await empty(indexServer.url(indexName), shard)
    const heal = async () => {
      const seen = await untilRestarts(world, () => isBehind(state.db, shard))
      if (!seen) world.journal.defect(`shard ${shard} was emptied and is not told to be behind`)
      await repairIndex(world)
      return true
    }
    return { what: `shard ${shard}`, heal }
  },
}

/** In one transaction that has the tables for itself: posts under way have ended, or come after it. */
function empty(url: string, shard: number): Promise<void> {
  const [document, page] = ['document', 'page'].map((table) => `${schemaOf(target)}.${table}`)
  const statements = [
    'BEGIN',
    `LOCK TABLE ${document} IN EXCLUSIVE MODE`,
    `DELETE FROM ${document} WHERE shard = ${shard}`,
    `DELETE FROM ${page} WHERE shard = ${shard}`,
    'COMMIT',
  ]
  return withClient(url, async (client) => void (await client.query(statements.join(';'))))
}

const isMarked = async (db: Database, shard: number) =>
  (await db.query(`SELECT 1 FROM slip_shard WHERE shard = ${shard} AND durable_at IS NOT NULL`)).length > 0
const isBehind = async (db: Database, shard: number) =>
  (await db.query(`SELECT 1 FROM slip_shard WHERE shard = ${shard} AND behind_from IS NOT NULL`)).length > 0

const tries = 120
/** A daemon needs some seconds to start where the machine is busy. */
const restartEvery = 32

/** What is done every minute is done at once by who starts anew and finds the duty free. */
async function untilRestarts({ state, daemons }: World, reached: () => Promise<boolean>): Promise<boolean> {
  for (let tried = 0; tried < tries; tried++) {
    if (await reached()) return true
    if (tried % restartEvery === 0) {
      await state.db.query(`DELETE FROM slip_duty WHERE name IN ('marker:${target}', 'compare:${target}')`)
      daemons.findLast(({ stage }) => stage === 'index')?.signal('SIGKILL')
    }
    await pause(250)
  }
  return false
}

async function repairIndex({ configFile, journal }: World): Promise<void> {
  for (let tried = 1; ; tried++) {
    const { code, output } = await runSlipctl(configFile, ['index', 'repair', target, '--lane', 'ops'])
    if (code === exitCodes.done) return
    const mayPass = code === exitCodes.stopped || code === exitCodes.serverAway
    if (!mayPass || tried === tries) {
      journal.defect(`slipctl index repair ended with exit code ${code}: ${output}`)
      return
    }
    await pause(500)
  }
}
