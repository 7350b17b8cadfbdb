import { join } from 'node:path'
import { altoPagesAtHand, writeAltoVolume } from '../library/alto-volume.ts'
import { emptyBenchFolder } from '../library/server.ts'
import { type Measurement, reported } from '../runner/bench.ts'
import { inTurns } from '../runner/runs.ts'
import { indexAll, takenOf } from './index-all.ts'
import { type Legs, withLegs } from './legs.ts'
import { loadAll } from './load.ts'
import { apart, type InPlace, type Place, together } from './places.ts'
import { rateAfter } from './rate.ts'
import type { TestedEngine } from './tested-engine.ts'

/** A document of ALTO takes many times its bytes to read: the legs are of fewer. */
const sent = { bytes: 40e6, warmUp: 10e6 }

/**
 * Volumes of METS and ALTO in folders into the engine, against the same documents that lie ready in the memory of a loader,
 * and against what the processor seconds of slip-index and of the engine let expect; and two processes against one, for
 * here it is slip-index that works.
 */
export async function measureAlto(inPlace: InPlace): Promise<Measurement[]> {
  const root = await emptyBenchFolder('alto')
  const { name, pages } = altoPagesAtHand()
  writeAltoVolume(join(root, 'alto/volume'), pages)
  try {
    return await withLegs({ name, kind: 'directory', root }, sent, async (legs) => {
      const measured: Measurement[] = []
      for (const place of [apart, together]) {
        measured.push(...(await inPlace(place, (tested) => measureIn(place, tested, legs, name))))
      }
      measured.push(await inPlace(together, (tested) => measureProcesses(tested, legs, name)))
      return measured
    })
  } finally {
    await emptyBenchFolder('alto')
  }
}

async function measureIn(place: Place, tested: TestedEngine, legs: Legs, pages: string): Promise<Measurement[]> {
  const client: number[] = []
  const engine: number[] = []
  const { ours, against } = await inTurns(
    {
      ours: async () => {
        const { log, cpu } = await indexAll(tested, legs)
        const taken = takenOf(log)
        client.push(cpu / megabytesOf(taken))
        return rateAfter(legs.warmUp, taken)
      },
      against: async () => {
        const before = tested.processorSeconds()
        const { rate, bytes } = await loadAll(tested, legs)
        engine.push((tested.processorSeconds() - before) / (bytes / 1e6))
        return rate
      },
    },
    { warmUps: 0, runs: 5 },
  )
  const predicted = client.map((seconds, run) => place.mostOf(seconds, engine[run] as number))
  const figure = { name: `volumes of ${pages} into ${tested.name}, ${place.name}`, unit: 'MB/s', goal: reported }
  return [
    { ...figure, against: 'the same documents ready-made, plain loader', runs: { ours, against } },
    {
      ...figure,
      against: 'what the processor seconds of slip-index and of the engine allow',
      runs: { ours, against: predicted },
    },
  ]
}

async function measureProcesses(tested: TestedEngine, legs: Legs, pages: string): Promise<Measurement> {
  const rateOf = async (processes: number) =>
    rateAfter(legs.warmUp, takenOf((await indexAll(tested, legs, { processes })).log))
  return {
    name: `volumes of ${pages} into ${tested.name}, two processes of slip-index`,
    unit: 'MB/s',
    against: 'one',
    runs: await inTurns({ ours: () => rateOf(2), against: () => rateOf(1) }, { warmUps: 0, runs: 5 }),
    goal: reported,
  }
}

const megabytesOf = (taken: readonly { readonly bytes: number }[]) =>
  taken.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
