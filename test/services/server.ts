const databaseServers = ['postgres', 'mariadb', 'mysql'] as const
export type DatabaseServer = (typeof databaseServers)[number]

/** The servers tests can ask for. */
export const serverNames = [
  ...databaseServers,
  'opensearch2',
  'opensearch3',
  'elasticsearch8',
  'elasticsearch9',
  'solr',
  'solrcloud',
] as const
export type ServerName = (typeof serverNames)[number]

/** What a person may ask for without a version: the newest. */
export const newest: Readonly<Record<string, ServerName>> = {
  opensearch: 'opensearch3',
  elasticsearch: 'elasticsearch9',
}

export const isServerName = (name: string): name is ServerName => (serverNames as readonly string[]).includes(name)

/** A server that answers. */
export interface StartedServer {
  /** Where a user who may do everything reaches it; the path names no database that matters. */
  readonly url: string
  /** Which way was chosen, for people: "Debian's MariaDB 10.11.19 …". */
  readonly described: string
  /** Gives it back; what nobody else uses is ended and removed. */
  close(): Promise<void>
}

/** Prints a line while a server is being had: what is chosen, what is about to be installed. */
export type Tell = (line: string) => void

/**
 * A server cannot be had here; the message says why. A test that needs it is skipped with this reason, or fails in CI.
 */
export class ServerAbsent extends Error {
  override readonly name = 'ServerAbsent'
}
