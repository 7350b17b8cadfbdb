import type { ForeignDatabase } from './connect.ts'

type Dialect = ForeignDatabase['dialect']

const quotes = { postgres: '"', mysql: '`' }

/** The name of a table, its schema before it or not, or of a column, so that it can be any word. */
export function quoted(dialect: Dialect, name: string): string {
  const quote = quotes[dialect]
  return name
    .split('.')
    .map((part) => `${quote}${part}${quote}`)
    .join('.')
}

/** A time as text, in the form of times.ts. */
export const timeText = (dialect: Dialect, time: string): string =>
  dialect === 'postgres'
    ? `to_char(${time}, 'YYYY-MM-DD HH24:MI:SS.US')`
    : `DATE_FORMAT(${time}, '%Y-%m-%d %H:%i:%s.%f')`

/** What the clock of the server says in UTC, in that form. */
export const clock: Readonly<Record<Dialect, string>> = {
  postgres: "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS at",
  mysql: "SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%d %H:%i:%s.%f') AS at",
}
