import { openPairtree } from '../../src/repository/pairtree.ts'
import { documentOf, soundVolumes, type Volumes } from '../library/volumes.ts'
import { type Measurement, ratioAtMost } from '../runner/bench.ts'
import { inTurns, timed } from '../runner/runs.ts'
import { type FloorVolume, floorVolume, reachFloor, reachLowerFloor } from './floor.ts'

/**
 * Milliseconds from files in the page cache to a finished document: opening, METS, zip, cleaning, catalogue record,
 * digest. One run is all volumes. Against the floor an indexer has that unpacks page by page, and against the lowest
 * known.
 */
export async function measureSpeed({ name, root }: Volumes): Promise<Measurement[]> {
  const repository = openPairtree({ root })
  const ids = await soundVolumes(repository)
  const volumes = await Promise.all(ids.map((htid) => floorVolume(repository, htid)))
  const perVolume = async (work: () => Promise<void>) => (await timed(work)) / ids.length
  const ours = () =>
    perVolume(async () => {
      for (const htid of ids) await documentOf(repository, htid)
    })
  const measureAgainst = async (reach: (volumes: readonly FloorVolume[]) => void) =>
    inTurns({ ours, against: () => perVolume(async () => reach(volumes)) }, { warmUps: 20, runs: 31 })
  const figure = { name: `assembly, ${ids.length} ${name}`, unit: 'ms per volume' }
  return [
    { ...figure, against: 'inflate + SAX', runs: await measureAgainst(reachFloor), goal: ratioAtMost(1.5) },
    {
      ...figure,
      against: 'inflate in one call + SAX',
      runs: await measureAgainst(reachLowerFloor),
      goal: ratioAtMost(2),
    },
  ]
}
