import { parseDuration } from '../../config/duration.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { countExpirable, type ExpiryPage, expireErrors } from '../../state/audit/expire-errors.ts'
import type { Database } from '../../state/connection.ts'
import { type Confirmation, wouldDo } from '../confirm.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { duration, plural } from '../units.ts'

interface Arguments extends Confirmation {
  readonly olderThan?: string
}

const pageSize = 2_000

export async function run(args: Arguments): Promise<number> {
  const typed = args.olderThan === undefined ? undefined : olderThan(args.olderThan)
  return withState(args, async ({ db, config }) => {
    const olderThanMs = typed ?? config.retention.errors
    const age = duration(olderThanMs)
    if (!args.yes || args.dryRun) {
      const errors = await countExpirable(db, olderThanMs)
      return wouldDo(args, { errors, olderThan: age }, () => {
        return `would delete ${plural(errors, 'error')} resolved more than ${age} ago`
      })
    }
    const deleted = await expireAll(db, olderThanMs)
    print(args, { deleted, olderThan: age }, () => `deleted ${plural(deleted, 'error')} resolved more than ${age} ago`)
    return 0
  })
}

async function expireAll(db: Database, olderThanMs: number): Promise<number> {
  let deleted = 0
  for (let after: number | null = 0; after !== null; ) {
    const page: ExpiryPage = { olderThanMs, after, size: pageSize }
    const done: Awaited<ReturnType<typeof expireErrors>> = await db.transaction((tx) => expireErrors(tx, page))
    deleted += done.deleted
    after = done.next
  }
  return deleted
}

/** Zero is an age as well: all that is resolved. */
function olderThan(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  throw new SlipError('USAGE', `--older-than ${text} is not an age such as 12h or 90d`)
}
