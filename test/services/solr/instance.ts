import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRunFolder } from '../run-folder.ts'
import type { Tell } from '../server.ts'
import { orAbsent } from '../server-url.ts'
import { homeOf, type SolrNode, startNode } from './node.ts'
import { findRehearsedSolr } from './rehearsed.ts'
import { makeCertificate, type SolrUser, securityOf } from './security.ts'

export interface SolrOptions {
  /** 512 unless it says otherwise. */
  readonly heapMb?: number
  /** False for one that lacks the module analysis-extras. */
  readonly icu?: boolean
  /** False for one that does not read compressed bodies, as the distribution's. */
  readonly inflates?: boolean
  /** Speaks https only. */
  readonly tls?: boolean
  /** Who may ask anything, and by whom its URL is. */
  readonly user?: SolrUser
  /** Others who may. */
  readonly others?: readonly SolrUser[]
  /** What each of them may, as security.json says it. */
  readonly authorization?: object
  /** Makes visible by itself what it took so many milliseconds ago. */
  readonly autoSoftCommitMs?: number
  /** Compiled and collected as for a long run, with 2 GB; a test has no use for it. */
  readonly longRun?: boolean
}

export interface SolrInstance extends SolrNode {
  /** PEM of the authority that its certificate needs; null without TLS. */
  readonly ca: string | null
  /** Product, version and where it is from. */
  readonly product: string
  readonly described: string
  /** Ends it and removes its data. */
  close(): Promise<void>
}

/** What comes later counts; the collector as in the distribution's bin/solr.in.sh. */
const LONG_RUN = ['-XX:TieredStopAtLevel=4', '-XX:-UseSerialGC', '-XX:+UseG1GC']

/**
 * A Solr of a test file that stands alone, for tests that kill it or need options; `close` it in afterAll.
 * @throws ServerAbsent when it cannot be had; in CI an Error
 */
export const privateSolr = (options: SolrOptions = {}): Promise<SolrInstance> =>
  orAbsent('solr', (tell) => startInstance(options, tell))

/** A Solr that stands alone, new and empty, on a free port of 127.0.0.1. */
export async function startInstance(options: SolrOptions, tell: Tell): Promise<SolrInstance> {
  const {
    longRun = false,
    heapMb = longRun ? 2_048 : 512,
    icu = true,
    inflates = true,
    tls,
    user,
    others = [],
    authorization,
    autoSoftCommitMs,
  } = options
  const program = await findRehearsedSolr(tell)
  return inRunFolder('solr', 'java', null, async ({ folder, close }) => {
    const own = join(folder, 'node')
    mkdirSync(homeOf(own), { recursive: true })
    if (user !== undefined) {
      const security = securityOf([user, ...others], authorization)
      writeFileSync(join(homeOf(own), 'security.json'), JSON.stringify(security))
    }
    const certificate = tls ? await makeCertificate(program.java, own) : null
    const credentials =
      user === undefined ? '' : `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@`
    const node = await startNode(program, own, {
      heapMb,
      icu,
      options: [
        ...(certificate?.options ?? []),
        ...(longRun ? LONG_RUN : []),
        ...(inflates ? [] : ['-Dslip.inflate=0']),
        ...(autoSoftCommitMs === undefined ? [] : [`-Dsolr.autoSoftCommit.maxTime=${autoSoftCommitMs}`]),
      ],
      before: `${certificate === null ? 'http' : 'https'}://${credentials}`,
    })
    const { host } = new URL(node.url)
    const product = program.described
    const described = `${product} on ${host}, data in ${folder}`
    return Object.assign(node, { ca: certificate?.ca ?? null, product, described, close })
  })
}
