import { type Measurement, ratioAtMost } from '../runner/bench.ts'
import { inTurns } from '../runner/runs.ts'
import { indexAll } from './index-all.ts'
import type { Legs } from './legs.ts'
import type { TestedEngine } from './tested-engine.ts'

/** Two targets on one server, indexed by one slip-index that assembles each volume once, against one after the other. */
export async function measureTwoTargets(tested: TestedEngine, legs: Legs): Promise<Measurement[]> {
  const runs = await inTurns(
    {
      ours: async () => (await indexAll(tested, legs, { count: 2 })).seconds,
      against: async () => (await indexAll(tested, legs)).seconds + (await indexAll(tested, legs)).seconds,
    },
    { warmUps: 0, runs: 5 },
  )
  return [
    {
      name: `two targets at once, ${tested.name}`,
      unit: 's',
      against: 'each alone, added up',
      runs,
      goal: ratioAtMost(1),
    },
  ]
}
