import { withAuthorities } from '../config/database-tls.ts'
import type { Config } from '../config/load.ts'
import type { Breakers } from '../daemon/breakers.ts'
import { asSlipError, SlipError } from '../errors/slip-error.ts'
import { MembershipSource } from '../sources/memberships/membership-source.ts'
import { type Memberships, noMemberships, type Said } from '../sources/memberships/memberships.ts'

/** What the sources said of one item. */
export interface ItemAnswer {
  readonly memberships: Memberships
  /** Digest of what each said, by its kind, as slip-rights keeps it. */
  readonly digests: Readonly<Partial<Record<MembershipSource['kind'], string | null>>>
}

/** Throws SOURCE_DB_UNAVAILABLE where a source did not answer, and HOLDINGS_INVALID where it has rubbish of the item. */
export type Answers = (htid: string) => ItemAnswer

const nothing: Answers = () => ({ memberships: noMemberships, digests: {} })

/**
 * The sources that are asked by item, holdings and collections: each once for all items of a claim, behind the breaker of
 * the source. Without one of their answers no document is made; an item of which they know nothing belongs to nothing.
 */
export class AskedSources {
  readonly #sources: readonly MembershipSource[]
  readonly #breakers: Breakers | null

  /** @param breakers null where a person asks, and wants to see what comes of it */
  constructor(config: Pick<Config, 'sources' | 'baseDir' | 'file'>, breakers: Breakers | null) {
    this.#sources = Object.entries(config.sources).flatMap(([name, settings]) =>
      settings.kind === 'holdings' || settings.kind === 'collections'
        ? [new MembershipSource(name, withAuthorities(config, `sources.${name}`, settings))]
        : [],
    )
    this.#breakers = breakers
  }

  /**
   * What keeps one of them from being asked; null = none is suspended, or all answer again. While one is away no item that
   * needs it is claimed.
   */
  async away(): Promise<SlipError | null> {
    for (const source of this.#sources) {
      const gate = await this.#breakers?.gate('source', source.name)
      if (gate === 'suspended') return this.#suspended(source)
      const error = gate === 'probe' ? await this.#hear(source, () => source.check()) : null
      if (error instanceof SlipError) return error
    }
    return null
  }

  /** Asks each of them one question. Never throws itself: an item that needs no answer goes on without. */
  async ask(htids: readonly string[]): Promise<Answers> {
    if (this.#sources.length === 0 || htids.length === 0) return nothing
    const answers = await Promise.all(this.#sources.map((source) => this.#ask(source, htids)))
    return (htid) => {
      const said = answers.map((answer) => answer(htid))
      return {
        memberships: Object.assign({}, noMemberships, ...said.map(({ memberships }) => memberships)),
        digests: Object.fromEntries(said.map(({ digest }, index) => [this.#sources[index]?.kind, digest])),
      }
    }
  }

  async close(): Promise<void> {
    for (const source of this.#sources) await source.close()
  }

  async #ask(source: MembershipSource, htids: readonly string[]): Promise<(htid: string) => Said> {
    const found = this.#breakers?.isSuspended('source', source.name)
      ? this.#suspended(source)
      : await this.#hear(source, () => source.lookup(htids))
    return (htid) => {
      if (found instanceof SlipError) throw found
      const said = found.get(htid)
      if (said === undefined) throw new Error(`${source.name} was not asked for ${htid}`)
      if (said.problem !== null) throw invalid(source, htid, said.problem)
      return said
    }
  }

  /** What it answers, or the error; its breaker hears of both. */
  async #hear<T>(source: MembershipSource, question: () => Promise<T>): Promise<T | SlipError> {
    try {
      const answer = await question()
      this.#breakers?.succeeded('source', source.name)
      return answer
    } catch (thrown) {
      const error = asSlipError(thrown)
      if (error.class === 'environment') this.#breakers?.failed('source', source.name, error)
      return error
    }
  }

  #suspended({ name, kind }: MembershipSource): SlipError {
    const reason = this.#breakers?.reason('source', name)
    return new SlipError('SOURCE_DB_UNAVAILABLE', `The ${kind} database of source ${name} is suspended: ${reason}`)
  }
}

function invalid({ name, settings }: MembershipSource, htid: string, problem: string): SlipError {
  const message = `${settings.table} of source ${name}: a row of ${htid} ${problem}`
  return new SlipError('HOLDINGS_INVALID', message, { place: { htid, source: name } })
}
