import { setTimeout as pause } from 'node:timers/promises'
import { type Connection, createConnection } from 'mysql2/promise'

const START_LIMIT_MS = 60_000
const POLL_MS = 20

/** Runs `work` on one connection and closes it. */
export async function withMariadb<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({ uri: url, connectTimeout: 5_000 })
  // A server that goes away breaks an idle connection by an event, which would end the process.
  connection.on('error', () => {})
  try {
    return await work(connection)
  } finally {
    connection.destroy()
  }
}

/** The version a server tells of itself, "10.11.19-MariaDB…". */
export async function mariadbVersion(url: string): Promise<string> {
  const [rows] = await withMariadb(url, (connection) => connection.query('SELECT version() AS version'))
  return (rows as { version: string }[])[0]?.version ?? ''
}

/**
 * Waits until a server answers; its version, or null when `alive` ends first or time is up.
 */
export async function untilAnswers(url: string, alive: () => boolean): Promise<string | null> {
  const giveUpAt = performance.now() + START_LIMIT_MS
  while (performance.now() < giveUpAt && alive()) {
    try {
      return await mariadbVersion(url)
    } catch {
      await pause(POLL_MS)
    }
  }
  return null
}
