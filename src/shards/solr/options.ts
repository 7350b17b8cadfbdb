/** What a Solr or SolrCloud needs to be reached, and what of it the target has. */
export interface SolrOptions {
  /** http(s)://HOST:PORT/solr of one or more nodes; user and password there or below. */
  readonly urls: readonly string[]
  readonly user?: string
  readonly password?: string
  /** PEM of the authorities that may have signed the certificates of the nodes. */
  readonly ca?: string
  /** Name of the target: part of the name of its update chains. */
  readonly target: string
  /** Cores are called INDEX_N, a collection INDEX. */
  readonly index: string
  /** Shards of the target: a search asks all of them. */
  readonly shards: number
  /** Replicas of each shard that a new collection gets. */
  readonly replicas: number
  /** Replicas of a SolrCloud that must have taken what is reported done. */
  readonly minReplicas: number
  /** Folder of snapshots, on the servers; a SolrCloud has no other place for them. */
  readonly snapshots?: string | undefined
  readonly compress: boolean
  /** Requests at a time to a node, of all kinds; default 4. */
  readonly connections?: number
  /** Milliseconds until an answer must have begun. */
  readonly timeout: number
}
