/** What the watermark of a source's feed is called. */
export const feedName = (source: string): string => `${source}:feed`

/** What that of a reading of all of it is called: for hours it goes on beside the feed, and neither moves the other's. */
export const fullName = (source: string): string => `${source}:full`

/** What that of its table of changes is called. */
export const changesName = (source: string): string => `${source}:changes`

/** What that of a comparison of all items with it is called. */
export const compareName = (source: string): string => `${source}:compare`

/** A watermark by which all is read again. */
export const unread = 'unread'

/** How that of a file begins that is being read, or whose reading was broken off. */
export const beingRead = 'reading '
