import { hash } from 'node:crypto'

/** What is known of one item, as sources contribute it; null = no source said. */
export interface RightsContent {
  readonly attr: number | null
  readonly reason: string | null
  readonly source: string | null
  readonly accessProfile: string | null
  readonly rightsTime: string | null
  readonly recordId: string | null
  /** The catalogue's date for the item, YYYYMMDD. */
  readonly updateDate: number | null
  /** Digest over the share of the record that reaches the item's document. */
  readonly recordDigest: string | null
  /** Digests over who holds it and which large collections it is in; null = nothing, or no source was asked. */
  readonly holdingsDigest: string | null
  readonly collectionsDigest: string | null
  readonly withdrawn: boolean
}

/** A row of slip_rights. */
export interface RightsRow extends RightsContent {
  readonly htid: string
  readonly rev: number
  readonly digest: string
}

/** An item no source has spoken of yet. */
export const unknownRights: RightsContent = {
  attr: null,
  reason: null,
  source: null,
  accessProfile: null,
  rightsTime: null,
  recordId: null,
  updateDate: null,
  recordDigest: null,
  holdingsDigest: null,
  collectionsDigest: null,
  withdrawn: false,
}

/**
 * Digest over all that must re-index an item when it changes. The time of the rights decision is left out: it changes
 * nothing in the document.
 */
export function contentDigest(content: RightsContent): string {
  const { attr, reason, source, accessProfile, recordId, updateDate, recordDigest, withdrawn } = content
  const { holdingsDigest, collectionsDigest } = content
  const asked = holdingsDigest === null && collectionsDigest === null ? [] : [holdingsDigest, collectionsDigest]
  const all = [attr, reason, source, accessProfile, recordId, updateDate, recordDigest, withdrawn, ...asked]
  return hash('sha256', JSON.stringify(all)).slice(0, 32)
}
