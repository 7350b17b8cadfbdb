/** Servers that speak the language of Elasticsearch 7, told apart by what they say they are. */
export type OpenSearchKind = 'opensearch' | 'elasticsearch'

/** What an OpenSearch or Elasticsearch needs to be reached, and what of it the target has. */
export interface OpenSearchOptions {
  readonly kind: OpenSearchKind
  /** http(s)://HOST:PORT of one or more nodes of one cluster; user and password there or below. */
  readonly urls: readonly string[]
  readonly user?: string
  readonly password?: string
  /** In place of them. */
  readonly apiKey?: string
  /** PEM of the authorities that may have signed the certificates of the nodes. */
  readonly ca?: string
  /** Name of the target, for messages. */
  readonly target: string
  /** The alias that searchers ask; begins the names of the indices. */
  readonly index: string
  /** Name of the repository of the cluster that snapshots are kept in; `slip` unless it says otherwise. */
  readonly snapshots?: string
  readonly compress: boolean
  /** Requests at a time to a node, of all kinds; default 4. */
  readonly connections?: number
  /** Milliseconds until an answer must have begun. */
  readonly timeout: number
}
