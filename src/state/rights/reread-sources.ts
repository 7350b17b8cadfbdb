import type { Connection } from '../connection.ts'

/**
 * Forgets that the files of these sources were read, so that slip-rights reads them whole at its next pass. What stands
 * in them unchanged changes no rights row.
 */
const statements = {
  postgres: `DELETE FROM slip_watermark WHERE stage = 'rights' AND left(name, length($1::text) + 1) = $1::text || ':'`,
  mysql: `DELETE FROM slip_watermark WHERE stage = 'rights' AND LEFT(name, CHAR_LENGTH(?) + 1) = CONCAT(?, ':')`,
}

/** Returns how many files will be read again. */
export async function rereadSources(tx: Connection, names: readonly string[]): Promise<number> {
  let files = 0
  for (const name of names) {
    files += await tx.change(statements[tx.dialect], tx.dialect === 'postgres' ? [name] : [name, name])
  }
  return files
}
