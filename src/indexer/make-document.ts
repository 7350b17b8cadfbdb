import type { Config } from '../config/load.ts'
import { codeVersion } from '../config/version.ts'
import { hostName } from '../daemon/identity.ts'
import { documentSchemaVersion } from '../daemon/targets.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Admit, Repository } from '../repository/repository.ts'
import type { PageText } from '../shards/engine.ts'
import { isWaived } from '../state/queue/waiver.ts'
import type { RightsRow } from '../state/rights/rights-row.ts'
import { type AssembledDocument, assemble } from './assemble/assemble.ts'
import { pageTexts } from './assemble/volume-text.ts'
import { inputsFingerprint } from './inputs.ts'
import type { Lookups } from './lookups.ts'

/** rights_current attribute "available to nobody": the item is absent from the index. */
const nobody = 8

/** True when an item with these rights belongs into the index. */
export const isWanted = (rights: RightsRow): boolean => rights.attr !== nobody && !rights.withdrawn

export interface DocumentRequest {
  readonly htid: string
  readonly rev: number
  readonly fence: number
  /** As claimed: the checks that a person waived for the item. */
  readonly waived?: string | null
}

/**
 * Reads and assembles the document of one item. Throws the item codes of assembly and lookups, REPOSITORY_UNAVAILABLE, and
 * what `admit` throws.
 */
export async function makeDocument(
  config: Config,
  repository: Repository,
  lookups: Lookups,
  request: DocumentRequest,
  admit?: Admit,
): Promise<AssembledDocument> {
  const { htid, rev, fence, waived = null } = request
  const rights = lookups.rights(htid)
  if (rights.attr === null)
    throw new SlipError('RIGHTS_MISSING', `no source says what rights ${htid} has`, { place: { htid } })
  const record = lookups.record(rights)
  const { memberships, digests } = lookups.answer(htid)
  const volume = await repository.open(htid)
  try {
    const files = await volume.fingerprint()
    return await assemble({
      htid,
      attr: rights.attr,
      record,
      memberships,
      volume,
      gapsWaived: isWaived(waived, 'page_gap'),
      checksums: isWaived(waived, 'checksum') ? 'off' : config.repository.checksums,
      admit,
      text: textOptions(config),
      provenance: {
        rev,
        fence,
        codeVersion,
        schemaVersion: documentSchemaVersion,
        configDigest: config.digest,
        host: hostName,
        assembledAt: new Date().toISOString(),
        inputs: inputsFingerprint({ files, recordDigest: rights.recordDigest, attr: rights.attr, digests }),
      },
    })
  } finally {
    await volume.close()
  }
}

/**
 * The pages of an item as its document has them, read anew. Throws as makeDocument does for METS file and zip.
 */
export async function readPages(config: Config, repository: Repository, htid: string): Promise<PageText[]> {
  const volume = await repository.open(htid)
  try {
    return await pageTexts(volume, textOptions(config))
  } finally {
    await volume.close()
  }
}

const textOptions = ({ indexer }: Config) => ({
  emptyPageToken: indexer.emptyPage ?? null,
  dehyphenate: indexer.dehyphenate,
})
