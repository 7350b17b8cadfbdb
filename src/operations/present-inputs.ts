import { withAuthorities } from '../config/database-tls.ts'
import type { Config } from '../config/load.ts'
import { SlipError } from '../errors/slip-error.ts'
import { AskedSources, type ItemAnswer } from '../indexer/asked-sources.ts'
import { inputsFingerprint } from '../indexer/inputs.ts'
import { fingerprintsOf } from '../repository/fingerprints.ts'
import type { Repository } from '../repository/repository.ts'
import { sharesOf } from '../rights/record-share.ts'
import { RightsDb } from '../sources/rights-db/rights-db.ts'
import type { CatalogueRecord } from '../sources/source.ts'
import type { Connection } from '../state/connection.ts'
import { findRecords } from '../state/records/find-records.ts'
import { readRights } from '../state/rights/read-rights.ts'
import type { RightsRow } from '../state/rights/rights-row.ts'

/**
 * What documents would be made of now: METS and pages in the repository, the records, the rights – of a rights-db as it
 * says them itself – and what holdings and collections say.
 */
export class PresentInputs {
  readonly #db: Connection
  readonly #repository: Repository
  readonly #asked: AskedSources
  readonly #rightsDb: RightsDb | null

  constructor(db: Connection, config: Config, repository: Repository) {
    this.#db = db
    this.#repository = repository
    this.#asked = new AskedSources(config, null)
    const [rightsDb] = Object.entries(config.sources).flatMap(([name, settings]) =>
      settings.kind === 'rights-db' ? [new RightsDb(withAuthorities(config, `sources.${name}`, settings))] : [],
    )
    this.#rightsDb = rightsDb ?? null
  }

  /**
   * The fingerprint of each item that has rights; null where its files are gone. Throws REPOSITORY_UNAVAILABLE,
   * SOURCE_DB_UNAVAILABLE.
   */
  async of(htids: readonly string[]): Promise<Map<string, string | null>> {
    const rights = await readRights(this.#db, htids)
    const files = await fingerprintsOf(this.#repository, [...rights.keys()])
    const digests = await this.#recordDigests([...rights.values()])
    const answers = await this.#asked.ask(htids)
    const told = await this.#rightsDb?.lookup(htids)
    const found = new Map<string, string | null>()
    for (const [htid, row] of rights) {
      const state = files.get(htid) ?? null
      const attr = told?.get(htid)?.attr ?? row.attr
      const others = { attr, recordDigest: digests.get(htid) ?? row.recordDigest, digests: digestsOf(answers, htid) }
      found.set(htid, state === null ? null : inputsFingerprint({ files: state, ...others }))
    }
    return found
  }

  /** A record that names its item no more says nothing of it: what was carried over last stays. */
  async #recordDigests(rows: readonly RightsRow[]): Promise<Map<string, string>> {
    const ids = [...new Set(rows.map(({ recordId }) => recordId))].filter((id) => id !== null)
    const texts = ids.length === 0 ? new Map<string, string>() : await findRecords(this.#db, ids)
    const shares = new Map([...texts].map(([id, text]) => [id, sharesOf(JSON.parse(text) as CatalogueRecord).items]))
    return new Map(
      rows.flatMap(({ htid, recordId }) => {
        const digest = shares.get(recordId ?? '')?.find((item) => item.htid === htid)?.digest
        return digest === undefined ? [] : [[htid, digest] as const]
      }),
    )
  }

  async close(): Promise<void> {
    await this.#asked.close()
    await this.#rightsDb?.close()
  }
}

/** Of rows that cannot be used no document is made, so that they differ from whatever one was made of. */
function digestsOf(answers: (htid: string) => ItemAnswer, htid: string): ItemAnswer['digests'] {
  try {
    return answers(htid).digests
  } catch (error) {
    if (error instanceof SlipError && error.code === 'HOLDINGS_INVALID') return { holdings: error.message }
    throw error
  }
}
