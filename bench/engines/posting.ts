import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyBenchFolder } from '../library/server.ts'
import { type Measurement, ratioAtLeast, ratioAtMost, reported } from '../runner/bench.ts'
import { inTurns } from '../runner/runs.ts'
import { findBest, namesOf } from './curve.ts'
import { indexAll, takenOf } from './index-all.ts'
import type { Legs } from './legs.ts'
import { loadAll } from './load.ts'
import { apart, type InPlace, type Place, together } from './places.ts'
import { rateAfter } from './rate.ts'
import type { TestedEngine } from './tested-engine.ts'
import { timeShares } from './time-shares.ts'

/** Of the rate of the plain loader. */
const reaches: readonly (readonly [Place, number])[] = [
  [apart, 0.95],
  [together, 0.88],
]

/** From volumes in the page cache into the engine, against the same documents that lie ready in the memory of a loader. */
export async function measurePosting(inPlace: InPlace, legs: Legs): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const [place, reach] of reaches) {
    measured.push(...(await inPlace(place, (tested) => measureIn(place, reach, tested, legs))))
  }
  return measured
}

async function measureIn(place: Place, reach: number, tested: TestedEngine, legs: Legs): Promise<Measurement[]> {
  const cpu = { ours: [] as number[], against: [] as number[] }
  const beyond = await beyondAssembly(tested, legs)
  const best = await findBest(tested, legs)
  const runs = await inTurns(
    {
      ours: async () => {
        const { log, cpu: seconds } = await indexAll(tested, legs)
        const taken = takenOf(log)
        const megabytes = taken.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
        cpu.ours.push((seconds * beyond) / megabytes)
        return rateAfter(legs.warmUp, taken)
      },
      against: async () => {
        const { rate, cpu: perMegabyte } = await loadAll(tested, legs, best)
        cpu.against.push(perMegabyte)
        return rate
      },
    },
    { warmUps: 0, runs: 5 },
  )
  const where = `${tested.name}, ${place.name}`
  const against = `the same documents ready-made, plain loader with the best it finds (${namesOf(best)})`
  const name = `volumes into ${where}`
  return [
    { name, unit: 'MB/s', against, runs, goal: ratioAtLeast(reach) },
    {
      name: `processor time of slip-index beyond assembly and its start, ${where}`,
      unit: 's/MB',
      against,
      runs: cpu,
      goal: place === together ? reported : ratioAtMost(1.5),
    },
  ]
}

/**
 * The share of its processor time that slip-index takes neither to make documents nor to start, as the loader's start is
 * not counted either. It is read from a profile of the thread that runs JavaScript; the others compile and collect garbage
 * for that one, and their time is shared out as its own. The difference to a process that assembles and does nothing else
 * would be a small one of large numbers.
 */
async function beyondAssembly(tested: TestedEngine, legs: Legs): Promise<number> {
  const folder = await emptyBenchFolder('profile')
  await indexAll(tested, legs, { node: ['--cpu-prof', `--cpu-prof-dir=${folder}`] })
  const [file] = readdirSync(folder)
  const profile = JSON.parse(readFileSync(join(folder, file as string), 'utf8'))
  await emptyBenchFolder('profile')
  return timeShares(profile).other
}
