import { openPairtree } from '../../src/repository/pairtree.ts'
import { documentOf, soundVolumes, type Volumes } from '../library/volumes.ts'
import { type Measurement, ratioAtMost } from '../runner/bench.ts'
import { alternate, timed } from '../runner/runs.ts'
import { floorVolume, reachFloor } from './floor.ts'

/**
 * Milliseconds from files in the page cache to a finished document: opening, METS, zip, cleaning, catalogue record,
 * digest. One run is all volumes.
 */
export async function measureSpeed({ name, root }: Volumes): Promise<Measurement> {
  const repository = openPairtree({ root })
  const ids = await soundVolumes(repository)
  const floor = await Promise.all(ids.map((htid) => floorVolume(repository, htid)))
  const perVolume = async (work: () => Promise<void>) => (await timed(work)) / ids.length
  const sides = {
    ours: () =>
      perVolume(async () => {
        for (const htid of ids) await documentOf(repository, htid)
      }),
    against: () => perVolume(async () => reachFloor(floor)),
  }
  return {
    name: `assembly, ${ids.length} ${name}`,
    unit: 'ms per volume',
    against: 'inflate + SAX',
    runs: await alternate(sides, { warmUps: 5, runs: 21 }),
    goal: ratioAtMost(1.5),
  }
}
