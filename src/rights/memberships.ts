import { withAuthorities } from '../config/database-tls.ts'
import type { Config } from '../config/load.ts'
import { MembershipSource } from '../sources/memberships/membership-source.ts'
import type { Said } from '../sources/memberships/memberships.ts'
import type { Connection } from '../state/connection.ts'
import { readRights } from '../state/rights/read-rights.ts'
import type { RightsContent } from '../state/rights/rights-row.ts'

export type MembershipSettings = Extract<Config['sources'][string], { kind: 'holdings' | 'collections' }>

/** A source of holdings or collections, and how this process follows it. */
export class FollowedSource {
  readonly source: MembershipSource
  readonly settings: MembershipSettings
  /** Compared whole in one pass: nobody comes again. */
  readonly atOnce: boolean
  #all: boolean

  constructor(name: string, settings: MembershipSettings, { all, once }: MembershipOptions) {
    this.source = new MembershipSource(name, settings)
    this.settings = settings
    this.atOnce = once
    this.#all = all
  }

  /** True once where a person wants all items compared now. */
  takeAll(): boolean {
    const all = this.#all
    this.#all = false
    return all
  }
}

export interface MembershipOptions {
  /** Each begins with a comparison of all items. */
  readonly all: boolean
  /** The process makes one pass. */
  readonly once: boolean
}

/** A block of records may have a hundred thousand items. */
const itemsOfQuestion = 500

/** What a source says of an item, as the rights row keeps it. */
export const digestPart = ({ kind }: MembershipSource, said: Said | undefined): Partial<RightsContent> =>
  kind === 'holdings' ? { holdingsDigest: said?.digest ?? null } : { collectionsDigest: said?.digest ?? null }

export type DigestParts = (htid: string) => Partial<RightsContent>

/** The sources of a configuration that are asked by item, as slip-rights reads them. */
export class FollowedSources {
  readonly byName: ReadonlyMap<string, FollowedSource>
  /** Those that are away, in this pass. */
  #away: Set<string> = new Set()

  constructor(config: Pick<Config, 'sources' | 'baseDir' | 'file'>, options: MembershipOptions) {
    this.byName = new Map(
      Object.entries(config.sources).flatMap(([name, settings]) =>
        settings.kind === 'holdings' || settings.kind === 'collections'
          ? [[name, new FollowedSource(name, withAuthorities(config, `sources.${name}`, settings), options)] as const]
          : [],
      ),
    )
  }

  /** A pass begins, in which those that are suspended are not asked. */
  begin(isSuspended: (source: string) => boolean): void {
    this.#away = new Set([...this.byName.keys()].filter(isSuspended))
  }

  /**
   * What they say of those of the items that have no rights row yet, so that an item is whole when it is first seen: else
   * the next comparison would find it changed, and have it indexed a second time. Where one is away that comes to pass, and
   * nothing worse: slip-index asks for itself.
   */
  async ofNew(db: Connection, htids: readonly string[]): Promise<DigestParts> {
    const asked = [...this.byName.values()].filter(({ source }) => !this.#away.has(source.name))
    if (asked.length === 0 || htids.length === 0) return () => ({})
    const known = await readRights(db, htids)
    const fresh = htids.filter((htid) => !known.has(htid))
    const answers = await Promise.all(asked.map(({ source }) => this.#ask(source, fresh)))
    return (htid) => Object.assign({}, ...answers.map((answer) => answer(htid)))
  }

  async #ask(source: MembershipSource, htids: readonly string[]): Promise<DigestParts> {
    try {
      const found = new Map<string, Said>()
      for (let from = 0; from < htids.length; from += itemsOfQuestion)
        for (const [htid, said] of await source.lookup(htids.slice(from, from + itemsOfQuestion))) found.set(htid, said)
      return (htid) => (found.has(htid) ? digestPart(source, found.get(htid)) : {})
    } catch {
      // the pass comes to the source itself, and meets the same
      this.#away.add(source.name)
      return () => ({})
    }
  }

  async close(): Promise<void> {
    for (const { source } of this.byName.values()) await source.close()
  }
}
