import { scanChore } from '../../../src/daemon/chores/scan.ts'
import { EventBus } from '../../../src/events/bus.ts'
import { doChore } from '../do-chore.ts'
import { send } from './exits.ts'
import { recheckDue } from './recheck.ts'
import { readSources } from './requests.ts'
import { adoptAll, compare, repairAll, type Trouble, troubles } from './troubles.ts'
import type { Walk } from './walk.ts'
import { work } from './work.ts'
import { type InHand, targets, type World } from './world.ts'

const usual: ReadonlySet<string> = new Set(troubles.usual)
/** What no marker, no fence and no recheck tells of: that is what the rolling scan is there for. */
const unnoticed: ReadonlySet<string> = new Set<Trouble>(['restoreShardUnnoticed', 'restoreStateUnnoticed'])
const mostRounds = 40
/** Those asleep wake after everything else was done. */
const wakeAt = 4

/**
 * Troubles stop, and everything due runs until nothing changes; false = it never does. Some that lost their claim sleep
 * on and post what they have when all else is done and tombstones are gone.
 */
export async function rest(world: World, { rest: pick, events }: Walk): Promise<boolean> {
  const isRestored = events.some(({ trouble }) => !usual.has(trouble))
  const isScanned = events.some(({ trouble }) => unnoticed.has(trouble))
  const late = await fallAsleep(world, pick)
  await readSources(world, world.items)
  for (let round = 0; round < mostRounds; round++) {
    if (round === wakeAt) {
      if (pick % 2 === 0) await world.server.purgeTombstones()
      await send(world, late)
    }
    if (isRestored) await mend(world)
    await work(world, pick + round * 100)
    if (round > wakeAt) for (const target of targets) await recheckDue(world, target, 'asked >= 0')
    if (round > wakeAt && (await isQuiet(world)) && !(isScanned && (await scan(world)))) return true
  }
  return false
}

async function fallAsleep(world: World, pick: number): Promise<InHand[]> {
  const owned = await world.db.query<{ token: string }>(
    'SELECT DISTINCT claim_token AS token FROM slip_queue WHERE state = 1',
  )
  const tokens = new Set(owned.map(({ token }) => token))
  const late = world.inHand.filter(
    ({ claim, read, outcome }, index) =>
      !tokens.has(claim.token) && read !== null && outcome === null && (pick + 7 * index) % 10 < 6,
  )
  world.inHand = world.inHand.filter((held) => !late.includes(held))
  return late
}

/** What a person does after a restore of either side. */
async function mend(world: World): Promise<void> {
  await compare(world)
  await adoptAll(world)
  await repairAll(world)
}

/** Whether the rolling scan found something. */
async function scan(world: World): Promise<boolean> {
  let found = 0
  for (const target of targets)
    found += await doChore(world.db, scanChore(world.place(target), { period: 1 }, new EventBus()))
  return found > 0
}

async function isQuiet({ db }: World): Promise<boolean> {
  for (const table of ['queue', 'claim', 'recheck'])
    if ((await db.query(`SELECT 1 AS one FROM slip_${table} LIMIT 1`)).length > 0) return false
  return true
}
