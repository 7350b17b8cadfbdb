import type { Connection } from '../connection.ts'

const postgres = {
  ofSource: `DELETE FROM slip_watermark WHERE stage = 'rights' AND left(name, length($1::text) + 1) = $1::text || ':'`,
  unread: `
    UPDATE slip_watermark SET value = 'unread', updated_at = clock_timestamp()
    WHERE stage = 'rights' AND name = ANY($1) AND value <> 'unread'`,
}

const mysql = {
  ofSource: `DELETE FROM slip_watermark WHERE stage = 'rights' AND LEFT(name, CHAR_LENGTH(?) + 1) = CONCAT(?, ':')`,
  unread: `
    UPDATE slip_watermark SET value = 'unread', updated_at = SYSDATE(6)
    WHERE stage = 'rights' AND name IN (?) AND value <> 'unread'`,
}

const statements = { postgres, mysql }

/**
 * Forgets how far these sources were read, files as well as feeds, so that slip-rights reads them whole at its next pass. What
 * stands in them unchanged changes no rights row.
 *
 * Returns how many watermarks that were: files, feeds, tables of changes.
 */
export async function rereadSources(tx: Connection, names: readonly string[]): Promise<number> {
  let forgotten = 0
  for (const name of names) {
    forgotten += await tx.change(statements[tx.dialect].ofSource, tx.dialect === 'postgres' ? [name] : [name, name])
  }
  return forgotten
}

/** The same for what these watermarks of stage rights speak of, such as single files. */
export async function markUnread(tx: Connection, names: readonly string[]): Promise<void> {
  if (names.length > 0) await tx.change(statements[tx.dialect].unread, [names])
}
