import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes } from '../../src/daemon/exit-codes.ts'
import { type ShardState, shardStates } from '../../src/state/restore/shard-state.ts'
import { runSlipctl } from './requests.ts'
import { target, type World } from './world.ts'

const tries = 480
/** A daemon needs some seconds to start, and many where the machine is busy: what is ended sooner compares nothing. */
const restartEvery = 120

/**
 * Until all shards named are so, as the database says; false after two minutes. What is done every minute is done
 * at once by who starts anew and finds the duty free.
 */
export async function untilShards(
  world: World,
  shards: readonly number[],
  isSo: (state: ShardState) => boolean,
): Promise<boolean> {
  const { state, daemons } = world
  for (let tried = 0; tried < tries; tried++) {
    // a database that is away will be back
    const states = await shardStates(state.db, target).catch(() => [])
    if (states.filter((each) => shards.includes(each.shard) && isSo(each)).length === shards.length) return true
    if (tried % restartEvery === 0) {
      const names = ['marker', 'compare'].map((chore) => `'${chore}:${target}'`)
      await state.db.query(`DELETE FROM slip_duty WHERE name IN (${names.join()})`).catch(() => undefined)
      daemons.findLast(({ stage }) => stage === 'index')?.signal('SIGKILL')
    }
    await pause(250)
  }
  return false
}

/** As docs tell an operator whose shards are behind, which they must be told to be. */
export async function repairBehind(world: World, shards: readonly number[], what: string): Promise<void> {
  const { configFile, journal } = world
  const seen = await untilShards(world, shards, ({ behindFrom }) => behindFrom !== null)
  if (!seen) journal.defect(`shard ${shards.join(' and ')} ${what} and is not told to be behind`)
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
