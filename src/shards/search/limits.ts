import type { SearchOptions } from '../engine.ts'

const mostHits = 1_000
const mostPages = 100

/** The limits of a search, those out of range made the nearest that are not. */
export const limitsOf = ({ limit, pagesPerHit }: Pick<SearchOptions, 'limit' | 'pagesPerHit'>) => ({
  limit: Math.min(Math.max(limit, 1), mostHits),
  pagesPerHit: Math.min(Math.max(pagesPerHit, 0), mostPages),
})
