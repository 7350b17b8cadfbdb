/**
 * As the databases write a time: PostgreSQL with the offset of the session, which is UTC, and without the zeros of the
 * fraction, MariaDB and MySQL with six digits and no zone. Times of another kind, such as that of a hathifile, look
 * otherwise and are left alone.
 */
const databaseTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{6})|(?:\.(\d{1,6}))?\+00)$/

/** A timestamp of either database in ISO 8601: UTC, with microseconds. What is none stays as it is. */
export function isoTime(text: string): string {
  const [whole, day, second, six, some = ''] = databaseTime.exec(text) ?? []
  return whole === undefined ? text : `${day}T${second}.${six ?? some.padEnd(6, '0')}Z`
}

/** A row of the database as JSON has it: its columns in camelCase, as keys are in configuration and log; values stay. */
export const jsonRow = (row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  )

/** How every command writes JSON: on one line, times alike on all databases. */
export const jsonText = (data: unknown): string =>
  JSON.stringify(data, (_, value) => (typeof value === 'string' ? isoTime(value) : value))
