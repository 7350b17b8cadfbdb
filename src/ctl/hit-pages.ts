import type { Config } from '../config/load.ts'
import { asSlipError } from '../errors/slip-error.ts'
import { readPages } from '../indexer/make-document.ts'
import { configuredRepository } from '../repository/configured.ts'
import type { SearchOptions } from '../shards/engine.ts'
import { note } from './print.ts'

/**
 * Reads the pages of hits from the repository, for an engine that keeps no text. An item whose files cannot be read any
 * more is a hit without pages, and said.
 */
export function pagesOfHits(config: Config): SearchOptions['pagesOf'] {
  const repository = configuredRepository(config)
  return (htid) =>
    readPages(config, repository, htid).catch((thrown: unknown) => {
      const { class: kind, code, message } = asSlipError(thrown)
      if (kind !== 'item') throw thrown
      note(`the pages of ${htid} cannot be shown: ${code}: ${message}`)
      return []
    })
}
