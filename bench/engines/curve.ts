import type { Stored } from '../library/volumes.ts'
import { type Measurement, ratioAtLeast, reported } from '../runner/bench.ts'
import { median } from '../runner/runs.ts'
import type { Legs } from './legs.ts'
import { byDefault, type Choice, load, loadAll } from './load.ts'
import { together } from './places.ts'
import type { TestedEngine } from './tested-engine.ts'

const sizes = [1, 2, 4, 8, 16].map((mebibytes) => mebibytes << 20)
const connections = [1, 2, 4]
const rounds = 5
/** Of each leg; one connection alone is half as fast. */
const bytes = { alone: 60e6, several: 120e6 }
const warmUp = 20e6

const choices: readonly Choice[] = sizes.flatMap((parcelBytes) =>
  connections.map((each) => ({ parcelBytes, connections: each })),
)

let searches = 0

/** What a plain loader is fastest with on an engine that is warm: every size with the default of connections, then they. */
export async function findBest(tested: TestedEngine, { files }: Legs): Promise<Choice> {
  const tried = new Map<Choice, number>()
  const best = () => [...tried].reduce((one, other) => (other[1] > one[1] ? other : one))[0]
  const attempt = async (choices: readonly Choice[]) => {
    const rates = await runRound(tested, files.repository, choices, `best_${++searches}`)
    for (const [place, choice] of choices.entries()) tried.set(choice, rates[place] as number)
  }
  await attempt(choices.filter((each) => each.connections === byDefault.connections))
  const { parcelBytes } = best()
  await attempt(
    choices.filter((each) => each.parcelBytes === parcelBytes && each.connections !== byDefault.connections),
  )
  return best()
}

/** How fast a plain loader is with parcels of each size over so many connections, and whether the defaults are near the best. */
export async function measureCurve(tested: TestedEngine, legs: Legs): Promise<Measurement[]> {
  const rates = choices.map((): number[] => [])
  await loadAll(tested, legs)
  for (let round = 0; round < rounds; round++) {
    const places = [...choices.keys()]
    if (round % 2 === 1) places.reverse()
    const inTurn = places.map((place) => choices[place] as Choice)
    const results = await runRound(tested, legs.files.repository, inTurn, `curve_${round}`)
    for (const [turn, rate] of results.entries()) rates[places[turn] as number]?.push(rate)
  }
  const measured = choices.map((choice, place) => ({ choice, rates: rates[place] as number[] }))
  const chosen = measured.find(({ choice }) => isDefault(choice)) as (typeof measured)[number]
  const best = measured.toSorted((a, b) => median(b.rates) - median(a.rates))[0] as (typeof measured)[number]
  const unit = 'MB/s'
  const where = `${tested.name}, ${together.name}`
  return [
    {
      name: `plain loader with the defaults of slip-index (${namesOf(chosen.choice)}), ${where}`,
      unit,
      against: `the best it finds (${namesOf(best.choice)})`,
      runs: { ours: chosen.rates, against: best.rates },
      goal: ratioAtLeast(0.9),
    },
    ...measured
      .filter(({ choice }) => !isDefault(choice))
      .map(({ choice, rates: ours }) => ({
        name: `plain loader, ${namesOf(choice)}, ${where}`,
        unit,
        against: 'with the defaults',
        runs: { ours, against: chosen.rates },
        goal: reported,
      })),
  ]
}

/** Every choice once, each into an index of its own. */
async function runRound(
  tested: TestedEngine,
  repository: Stored,
  choices: readonly Choice[],
  name: string,
): Promise<number[]> {
  const { url, format } = tested
  const indices = choices.map((_, place) => `${name}_${place}`)
  for (const index of indices) await tested.create(index)
  try {
    const legs = choices.map((choice, place) => ({
      ...choice,
      path: tested.pathOf(indices[place] as string),
      bytes: choice.connections === 1 ? bytes.alone : bytes.several,
    }))
    return (await load({ url, format, repository, warmUp, legs })).map(({ rate }) => rate)
  } finally {
    for (const index of indices) await tested.drop(index)
  }
}

const isDefault = (choice: Choice) =>
  choice.parcelBytes === byDefault.parcelBytes && choice.connections === byDefault.connections

export const namesOf = ({ parcelBytes, connections: count }: Choice) =>
  `${parcelBytes >> 20} MiB × ${count} ${count === 1 ? 'connection' : 'connections'}`
