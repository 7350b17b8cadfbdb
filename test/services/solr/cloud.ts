import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { inRunFolder } from '../run-folder.ts'
import type { Tell } from '../server.ts'
import { orAbsent } from '../server-url.ts'
import { type SolrNode, startNode } from './node.ts'
import { launch } from './process.ts'
import { findRehearsedSolr } from './rehearsed.ts'

export interface CloudOptions {
  readonly nodes: number
  /** Of each node; 512 unless it says otherwise. */
  readonly heapMb?: number
  /** After which a node that was killed is gone for the others; 1 to 10 s. */
  readonly sessionMs?: number
}

export interface SolrCloud {
  /** Any may be killed: the ZooKeeper is a process of its own. */
  readonly nodes: readonly SolrNode[]
  readonly described: string
  /** Ends all and removes their data. */
  close(): Promise<void>
}

/** ZooKeeper grants sessions of 2 to 20 of these. */
const TICK_MS = 500

/**
 * A SolrCloud of a test file, for tests that kill its nodes; `close` it in afterAll.
 * @throws ServerAbsent when it cannot be had; in CI an Error
 */
export const privateSolrCloud = (options: CloudOptions): Promise<SolrCloud> =>
  orAbsent('solrcloud', (tell) => startCloud(options, tell))

/** A SolrCloud, new and empty, on free ports of 127.0.0.1. */
export async function startCloud(options: CloudOptions, tell: Tell): Promise<SolrCloud> {
  const { nodes: count, heapMb = 512, sessionMs = 10_000 } = options
  const program = await findRehearsedSolr(tell)
  return inRunFolder('solr', 'java', null, async ({ folder, close }) => {
    const below = (name: string) => {
      const path = join(folder, name)
      mkdirSync(path)
      return path
    }
    const keeper = below('zookeeper')
    const zookeeper = await launch(
      {
        program,
        main: 'ZooKeeper',
        folder: keeper,
        heapMb: 64,
        // What is lost when the machine dies is thrown away anyway.
        options: ['-Dzookeeper.forceSync=no'],
        arguments: [join(keeper, 'data'), String(TICK_MS)],
      },
      0,
    )
    const settings = [`-DzkHost=127.0.0.1:${zookeeper.port}`, `-DzkClientTimeout=${sessionMs}`]
    const folders = Array.from({ length: count }, (_, at) => below(`node${at + 1}`))
    const nodes = await Promise.all(
      folders.map((own) => startNode(program, own, { heapMb, icu: true, options: settings, before: 'http://' })),
    )
    const hosts = nodes.map(({ url }) => new URL(url).host).join(' and ')
    return { nodes, described: `${program.described}, a cloud on ${hosts}, data in ${folder}`, close }
  })
}
