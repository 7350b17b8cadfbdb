import type { Breakers } from '../daemon/breakers.ts'
import { asSlipError, type SlipError } from '../errors/slip-error.ts'
import { carryOver } from './carry-over.ts'
import type { Pass } from './context.ts'
import { loadRecords } from './load-records.ts'
import { loadRepository } from './load-repository.ts'
import { loadRights } from './load-rights.ts'

/** What a pass could not read: the errors of sources that are away, and whether each that was to be walked was. */
export interface Reading {
  readonly away: readonly SlipError[]
  readonly walked: boolean
}

/**
 * Records first, then rights, then what the records say of their items, then the repository: an item is whole when
 * slip-enqueue can first see it. A source that is away holds up no other: it is passed over, behind a breaker of its own.
 */
export async function readSources(pass: Pass, breakers: Breakers, walk: boolean): Promise<Reading> {
  const sources = Object.entries(pass.config.sources)
  const visit = new Visit(breakers)
  for (const [name, source] of sources)
    if (source.kind === 'records') await visit.try(name, () => loadRecords(pass, name, source.files))
  for (const [name, source] of sources)
    if (source.kind === 'hathifiles') await visit.try(name, () => loadRights(pass, name, source.files))
  await carryOver(pass)
  let walked = walk
  for (const [name, source] of sources)
    if (walk && source.kind === 'repository')
      walked = (await visit.try(name, () => loadRepository(pass, name))) && walked
  return { away: visit.away, walked }
}

class Visit {
  readonly away: SlipError[] = []
  readonly #breakers: Breakers

  constructor(breakers: Breakers) {
    this.#breakers = breakers
  }

  /** False when it is away, or suspended because it was. */
  async try(source: string, read: () => Promise<void>): Promise<boolean> {
    if ((await this.#breakers.gate('source', source)) === 'suspended') return false
    try {
      await read()
      this.#breakers.succeeded('source', source)
      return true
    } catch (thrown) {
      const error = asSlipError(thrown)
      // the state database is away for all of them
      if (error.class !== 'environment' || error.code === 'DATABASE_UNAVAILABLE') throw error
      this.#breakers.failed('source', source, error)
      this.away.push(error)
      return false
    }
  }
}
