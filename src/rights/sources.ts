import type { Breakers } from '../daemon/breakers.ts'
import { asSlipError, SlipError } from '../errors/slip-error.ts'
import { sourcesInHand } from '../state/rights/source-in-hand.ts'
import { carryOver } from './carry-over.ts'
import { isDue, type Pass } from './context.ts'
import { followMemberships } from './follow-memberships.ts'
import { followRepository } from './follow-repository.ts'
import { keepCounts } from './keep-counts.ts'
import { loadCatalogue } from './load-catalogue.ts'
import { loadRecords } from './load-records.ts'
import { loadRights } from './load-rights.ts'
import { followRightsDb } from './rights-db.ts'

/** What a pass could not read: the errors of sources that are away, and whether each that was to be walked was. */
export interface Reading {
  readonly away: readonly SlipError[]
  readonly walked: boolean
}

/**
 * Records first, then rights, then what the records say of their items, then the repository, and what holdings and
 * collections say of known items: of a new one they are asked when it is written. So an item is whole when slip-enqueue can
 * first see it. A source that is away holds up no other: it is passed over, behind a breaker of its own.
 */
export async function readSources(pass: Pass, breakers: Breakers, walk: boolean): Promise<Reading> {
  const sources = Object.entries(pass.config.sources)
  const visit = new Visit(pass, breakers, await sourcesInHand(pass.db))
  pass.memberships.begin((name) => breakers.isSuspended('source', name))
  for (const [name, source] of sources) {
    if (source.kind === 'records') await visit.try(name, () => loadRecords(pass, name, source.files))
    const catalogue = pass.catalogues.get(name)
    if (catalogue !== undefined && isDue(pass, name)) await visit.try(name, () => loadCatalogue(pass, name, catalogue))
  }
  for (const [name, source] of sources)
    if (source.kind === 'hathifiles') await visit.try(name, () => loadRights(pass, name, source.files))
  await followRights(pass, visit)
  let walked = walk
  for (const [name, source] of sources)
    if (source.kind === 'repository')
      walked = (await visit.try(name, () => followRepository(pass, name, source, walk))) && walked
  for (const [name, followed] of pass.memberships.byName)
    if (isDue(pass, name)) await visit.try(name, () => followMemberships(pass, followed))
  return { away: visit.away, walked }
}

/** What changed in a rights database, and what the records that were loaded say of their items. */
async function followRights(pass: Pass, visit: Visit): Promise<void> {
  const sources = Object.entries(pass.config.sources)
  for (const [name, source] of sources)
    if (source.kind === 'rights-db') await visit.try(name, () => followRightsDb(pass, name, source))
  if (!sources.some(([, source]) => source.kind === 'rights-db')) await carryOver(pass)
}

/** Does to one source what a person asks for, then what follows from it. Throws what is away. */
export async function readOne(
  pass: Pass,
  breakers: Breakers,
  source: string,
  read: () => Promise<void>,
): Promise<void> {
  await breakers.refresh()
  const visit = new Visit(pass, breakers, new Set())
  try {
    const isTried = await visit.try(source, read)
    await followRights(pass, visit)
    for (const error of visit.away) throw error
    if (!isTried) throw new SlipError('LOCKED', `source ${source} is suspended, and another process tries it just now`)
  } finally {
    await breakers.flush()
  }
}

/** Carries over what was loaded, with the rights that go with it. Throws what is away. */
export async function carryAll(pass: Pass, breakers: Breakers): Promise<void> {
  const visit = new Visit(pass, breakers, new Set())
  await followRights(pass, visit)
  for (const error of visit.away) throw error
}

class Visit {
  readonly away: SlipError[] = []
  readonly #pass: Pass
  readonly #breakers: Breakers
  readonly #inHand: ReadonlySet<string>

  constructor(pass: Pass, breakers: Breakers, inHand: ReadonlySet<string>) {
    this.#pass = pass
    this.#breakers = breakers
    this.#inHand = inHand
  }

  /** False when it is away, or suspended because it was, or when a person has it read by slipctl. */
  async try(source: string, read: () => Promise<unknown>): Promise<boolean> {
    if (this.#inHand.has(source)) return false
    if ((await this.#breakers.gate('source', source)) === 'suspended') return false
    try {
      await read()
      await keepCounts(this.#pass)
      this.#breakers.succeeded('source', source)
      return true
    } catch (thrown) {
      const error = asSlipError(thrown)
      // the state database is away for all of them
      if (error.class !== 'environment' || error.code === 'DATABASE_UNAVAILABLE') throw error
      await keepCounts(this.#pass)
      this.#breakers.failed('source', source, error)
      this.away.push(error)
      return false
    }
  }
}
