import { type CountedGroup, countGroups, examplesOf } from '../audit/error-groups.ts'
import { databaseClock } from '../clock.ts'
import type { Connection } from '../connection.ts'
import { chunksOf } from '../queue/slices.ts'

/**
 * slip_error_group, made anew by the sampler: unresolved errors with the same target, code and pattern, how many, since
 * when, and the three newest items. Errors of source files have the target ''.
 */
const clear = 'DELETE FROM slip_error_group'

const insert = {
  postgres: `
    INSERT INTO slip_error_group (target, code, pattern, items, first_time, last_time, examples, sampled_at)
    SELECT d.*, $8::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::text[]) AS d`,
  mysql: `
    INSERT INTO slip_error_group (target, code, pattern, items, first_time, last_time, examples, sampled_at) VALUES ?`,
}

/** Returns how many groups there are. */
export async function groupErrors(tx: Connection): Promise<number> {
  const now = await databaseClock(tx)
  const groups = await countGroups(tx, { all: false })
  const rows: unknown[][] = []
  for (const group of groups) rows.push(await rowOf(tx, group))
  await tx.change(clear)
  for (const chunk of chunksOf(rows)) {
    const values =
      tx.dialect === 'mysql'
        ? [chunk.map((row) => [...row, now])]
        : [...[0, 1, 2, 3, 4, 5, 6].map((at) => chunk.map((row) => row[at])), now]
    await tx.change(insert[tx.dialect], values)
  }
  return groups.length
}

async function rowOf(tx: Connection, { items, first_time, last_time, ...group }: CountedGroup): Promise<unknown[]> {
  const examples = await examplesOf(tx, { ...group, all: false }, 3)
  const { target, code, pattern } = group
  return [target ?? '', code, pattern, items, first_time, last_time, examples.join(' ')]
}
