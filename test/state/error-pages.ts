import type { Connection } from '../../src/state/connection.ts'
import type { ErrorFilter, ErrorPage, PageDone } from '../../src/state/queue/error-filter.ts'
import type { Person } from '../../src/state/queue/person.ts'
import { type RetryOptions, retryErrorPage } from '../../src/state/queue/retry.ts'
import { skipErrorPage } from '../../src/state/queue/skip.ts'

/** Requests all items in error that the filter lets through anew, in one transaction; the ids requested, by target. */
export const retryErrors = (tx: Connection, filter: ErrorFilter, options: RetryOptions = {}) =>
  allPages((page) => retryErrorPage(tx, filter, page, options))

/** The same for what a person skips. */
export const skipErrors = (tx: Connection, filter: ErrorFilter, by: Person) =>
  allPages((page) => skipErrorPage(tx, filter, page, by))

async function allPages(work: (page: ErrorPage) => Promise<PageDone>): Promise<Map<string, string[]>> {
  const all = new Map<string, string[]>()
  for (let after: number | null = 0; after !== null; ) {
    const { done, next }: PageDone = await work({ after, size: 1_000 })
    for (const [target, htids] of done) all.set(target, [...(all.get(target) ?? []), ...htids])
    after = next
  }
  return all
}
