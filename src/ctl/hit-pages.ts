import type { Config } from '../config/load.ts'
import { asSlipError, type SlipError } from '../errors/slip-error.ts'
import { readPages } from '../indexer/make-document.ts'
import { configuredRepository } from '../repository/configured.ts'
import type { SearchOptions } from '../shards/engine.ts'
import { note } from './print.ts'

/**
 * Reads the pages of hits from the repository, for an engine that keeps no text. An item whose files cannot be read any
 * more is a hit without pages, and said. So are all hits once the repository is away, which is asked no more then.
 *
 * @param onAway called once when the repository is away, with the reason
 */
export function pagesOfHits(config: Config, onAway: (reason: string) => void = () => {}): SearchOptions['pagesOf'] {
  const repository = configuredRepository(config)
  let isAway = false
  return async (htid) => {
    if (isAway) return []
    try {
      return await readPages(config, repository, htid)
    } catch (thrown) {
      const error = asSlipError(thrown)
      isAway = error.code === 'REPOSITORY_UNAVAILABLE'
      if (!isAway && error.class !== 'item') throw thrown
      const reason = reasonOf(error)
      note(`the pages of ${isAway ? `${htid} and of all hits after it` : htid} cannot be shown: ${reason}`)
      if (isAway) onAway(reason)
      return []
    }
  }
}

const reasonOf = ({ code, message }: SlipError): string => `${code}: ${message}`
