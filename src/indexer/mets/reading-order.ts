/** How a volume is read and was scanned; the values are those of Google's block, verbatim where it is there. */
export interface ReadingOrder {
  readonly readingOrder: string
  readonly scanningOrder: string
  readonly coverTag: string
}

/** What the gbs block of a METS file says; null where it says nothing. */
export interface GbsBlock {
  readonly readingOrder: string | null
  readonly scanningOrder: string | null
  readonly coverTag: string | null
}

const opening = ['TITLE', 'TABLE_OF_CONTENTS', 'FIRST_CONTENT_CHAPTER_START']

/**
 * The reading order of a volume (rule: mdp-lib MetsReadingOrder). The gbs block decides; where it has no reading order
 * or `unknown`, a volume whose first page is its back cover and whose title, contents or first chapter lie in its last
 * quarter was scanned from the wrong end: right-to-left. `pages` are in METS order.
 */
export function readingOrderOf(
  gbs: GbsBlock,
  pages: readonly { readonly features: readonly string[] }[],
): ReadingOrder {
  const stated = gbs.readingOrder === 'unknown' ? null : gbs.readingOrder
  return {
    readingOrder: stated ?? (startsAtBackCover(pages) ? 'right-to-left' : 'left-to-right'),
    scanningOrder: gbs.scanningOrder ?? 'left-to-right',
    coverTag: gbs.coverTag ?? 'follow-reading-order',
  }
}

function startsAtBackCover(pages: readonly { readonly features: readonly string[] }[]): boolean {
  if (!pages[0]?.features.includes('BACK_COVER')) return false
  return pages.some(
    ({ features }, index) => (index + 1) / pages.length >= 0.75 && opening.some((name) => features.includes(name)),
  )
}
