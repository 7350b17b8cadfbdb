import { volumesAtHand } from '../library/volumes.ts'
import type { Bench } from '../runner/bench.ts'
import { measureAlto } from './alto.ts'
import { measureMemory } from './memory.ts'
import { measureSpeed } from './speed.ts'

export const bench: Bench = {
  description: 'Making documents from METS, zips and ALTO: time against the floor, and the peak memory of slip-index.',
  measure: async (_scale, _parts, tell) => {
    const volumes = volumesAtHand()
    tell(await measureSpeed(volumes))
    tell(await measureAlto())
    tell([await measureMemory(volumes)])
  },
}
