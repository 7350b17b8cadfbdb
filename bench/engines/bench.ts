import { volumesAtHand } from '../library/volumes.ts'
import type { Bench, Measurement, Tell } from '../runner/bench.ts'
import { measureAlto } from './alto.ts'
import { measureCurve } from './curve.ts'
import { type Legs, withLegs } from './legs.ts'
import { apart, type InPlace, on, type Place, together } from './places.ts'
import { measurePosting } from './posting.ts'
import { measureService } from './service.ts'
import { measureSlowShard } from './slow-shard.ts'
import { startTested, type TestedEngine } from './tested-engine.ts'
import { measureTwoTargets } from './two-targets.ts'

type Part = (inPlace: InPlace, legs: Legs) => Promise<Measurement[]>

/** What is measured of an engine in one place. */
const at =
  (place: Place, measure: (tested: TestedEngine, legs: Legs) => Promise<Measurement[]>): Part =>
  (inPlace, legs) =>
    inPlace(place, (tested) => measure(tested, legs))

const parts: Readonly<Record<string, Part>> = {
  posting: measurePosting,
  service: at(apart, measureService),
  slow: at(together, measureSlowShard),
  both: at(together, measureTwoTargets),
  alto: measureAlto,
  curve: at(together, measureCurve),
}

/** Bytes of documents that a leg sends, and how many of them come before it is measured. */
const sent = { default: { bytes: 400e6, warmUp: 100e6 }, large: { bytes: 1_600e6, warmUp: 100e6 } } as const

const engines = Object.keys(startTested) as (keyof typeof startTested)[]
const products: Record<string, string> = {}

export const bench: Bench = {
  description: `slip-index into Solr and OpenSearch, against a plain loader and itself: an index of one shard without replica, and ${volumesAtHand().name} under as many ids as a leg needs, in the page cache. Where figures do not tell of what is visible, nobody commits on either side.`,
  parts: engines.flatMap((engine) => Object.keys(parts).map((part) => `${engine}-${part}`)),
  measure: (scale, chosen, tell) => withLegs(volumesAtHand(), sent[scale], (legs) => measureAll(legs, chosen, tell)),
  versions: () => products,
}

async function measureAll(legs: Legs, chosen: readonly string[], tell: Tell): Promise<void> {
  for (const engine of engines) {
    const inPlace: InPlace = (place, work) =>
      on(place, startTested[engine], (tested) => {
        products[tested.name] = tested.product
        return work(tested)
      })
    const wanted = Object.entries(parts).filter(([part]) => chosen.length === 0 || chosen.includes(`${engine}-${part}`))
    for (const [, part] of wanted) tell(await part(inPlace, legs))
  }
}
