import { type CountedGroup, countGroups, examplesOf } from '../audit/error-groups.ts'
import type { Connection } from '../connection.ts'

/**
 * slip_error_group, made anew by the sampler: unresolved errors with the same target, code and pattern, how many, since
 * when, and the three newest items. Errors of source files have the target ''.
 */
const clear = 'DELETE FROM slip_error_group'

const insert = {
  postgres: `
    INSERT INTO slip_error_group (target, code, pattern, items, first_time, last_time, examples, sampled_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())`,
  mysql: `
    INSERT INTO slip_error_group (target, code, pattern, items, first_time, last_time, examples, sampled_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, SYSDATE(6))`,
}

/** Returns how many groups there are. */
export async function groupErrors(tx: Connection): Promise<number> {
  const groups = await countGroups(tx, { all: false })
  await tx.change(clear)
  for (const group of groups) await writeGroup(tx, group)
  return groups.length
}

async function writeGroup(tx: Connection, { items, first_time, last_time, ...group }: CountedGroup): Promise<void> {
  const examples = await examplesOf(tx, { ...group, all: false }, 3)
  const { target, code, pattern } = group
  const values = [target ?? '', code, pattern, items, first_time, last_time, examples.join(' ')]
  await tx.change(insert[tx.dialect], values)
}
